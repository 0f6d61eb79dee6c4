package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.metric.Auroc;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every detector; the registry says which there are. */
class DetectorSuiteTest {
    private static final Network NETWORK = Planted.network();
    private static final Site SITE = Site.of(NETWORK, Planted.CLASSES);
    private static final Dataset FIT = Planted.ordinary(600, 1);
    private static final Dataset ORDINARY = Planted.clear(200, 2);
    private static final Dataset OUTLIERS = Planted.outliers(200, 3);
    private static final Readings READ = Planted.readings(NETWORK, FIT);

    static Stream<String> names() {
        return Detectors.names().stream().map(Planted::text);
    }

    /** Those that score what was read, without the network. */
    static Stream<String> rowNames() {
        return names().filter(n ->
                Collections.disjoint(Detectors.parse(n).about().reads(), List.of(Reads.INPUT, Reads.MUTANTS)));
    }

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    private static DetectorScore fitted(String text, Readings... parts) {
        DetectorFit fit = new DetectorFit(List.of(Detectors.parse(text)), SITE, NETWORK);
        for (Readings part : parts) {
            fit.add(part);
        }
        return fit.finish().get(0);
    }

    private static DetectorScore fitted(String text) {
        return fitted(text, READ);
    }

    private static double[] scores(DetectorScore score, Dataset data) {
        return new Scorer(NETWORK, List.of(score), 1).score(data).values()[0];
    }

    private static double[] rows(DetectorScore score, Readings read) {
        return score.detector().quantities().isEmpty()
                ? score.scoreFeatures(logits(read), features(read))
                : score.scoreRows(read);
    }

    private static Array logits(Readings read) {
        return matrix(IntStream.range(0, read.size()).mapToObj(read::logits).toArray(double[][]::new));
    }

    private static Array features(Readings read) {
        return matrix(IntStream.range(0, read.size()).mapToObj(read::features).toArray(double[][]::new));
    }

    private static Map<String, Quantity.Rows> quantities(Readings read) {
        return read.quantities().stream().collect(Collectors.toMap(q -> q, read::quantity));
    }

    private static Array matrix(double[][] rows) {
        double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        return Array.of(flat, rows.length, rows[0].length);
    }

    @Test
    void all_atLeastThirty_eachWithPaperAndQuestion() {
        assertThat(Detectors.all()).hasSizeGreaterThanOrEqualTo(30);
        for (Detectors.Entry e : Detectors.all()) {
            assertThat(e.about().name()).matches("[a-z]+(-[a-z]+)*");
            assertThat(e.about().question()).endsWith("?");
            assertThat(e.about().paper()).matches(".*\\d{4}.*");
            Detector d = Detectors.parse(e.about().name());
            assertThat(d.about()).isEqualTo(e.about());
            assertThat(d.settings()).isEqualTo(e.defaults());
            assertThat(Detectors.text(d)).isEqualTo(e.about().name());
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void score_plantedOutliers_areTrustedLess(String name) {
        // The defaults of these two are for many features and classes, and for small batches.
        String text =
                Map.of("dice", "dice:percentile=70", "lid", "lid:bank=600").getOrDefault(name, name);
        DetectorScore score = fitted(text);
        Auroc auroc = Auroc.of(scores(score, ORDINARY), scores(score, OUTLIERS));
        assertThat(auroc.value()).as(name).isGreaterThan(0.9);
    }

    @ParameterizedTest
    @MethodSource("names")
    void score_otherBatchesAndOrders_sameValues(String name) {
        DetectorScore score = fitted(name);
        double[] whole = scores(score, OUTLIERS.take(40));
        Random random = new Random(4);
        int[] order = IntStream.range(0, 40).toArray();
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        double[] shuffled = scores(score, OUTLIERS.select(order));
        for (int i = 0; i < 40; i++) {
            double tolerance = 1e-10 * Math.max(1, Math.abs(whole[order[i]]));
            assertThat(shuffled[i]).as(name).isCloseTo(whole[order[i]], within(tolerance));
            assertThat(scores(score, OUTLIERS.slice(order[i], order[i] + 1))[0])
                    .as(name)
                    .isCloseTo(whole[order[i]], within(tolerance));
        }
    }

    /** Rows that are equal to the last bit are scored alike to the last bit. */
    @ParameterizedTest
    @MethodSource("rowNames")
    void scoreFeatures_rowAlone_sameBits(String name) {
        DetectorScore score = fitted(name);
        Readings read = Planted.readings(NETWORK, OUTLIERS);
        double[] whole = rows(score, read);
        for (int i = 0; i < read.size(); i += 17) {
            assertThat(rows(score, read.select(i))[0]).as(name).isEqualTo(whole[i]);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void fit_partsMergedInAnyOrder_equalTheWhole(String name) {
        Readings all = READ;
        double[] whole = scores(fitted(name, all), ORDINARY);
        Readings a = all.select(IntStream.range(0, 100).toArray());
        Readings b = all.select(IntStream.range(100, 101).toArray());
        Readings c = all.select(IntStream.range(101, 600).toArray());
        double[] inParts = scores(fitted(name, b, c, a), ORDINARY);
        DetectorFit one = new DetectorFit(List.of(Detectors.parse(name)), SITE, NETWORK);
        one.add(c);
        DetectorFit two = new DetectorFit(List.of(Detectors.parse(name)), SITE, NETWORK);
        two.add(a);
        DetectorFit three = new DetectorFit(List.of(Detectors.parse(name)), SITE, NETWORK);
        two.merge(three);
        three.add(b);
        two.merge(three);
        two.merge(one);
        assertThat(two.items()).isEqualTo(600);
        double[] merged = scores(two.finish().get(0), ORDINARY);
        for (int i = 0; i < whole.length; i++) {
            double tolerance = 1e-9 * Math.max(1, Math.abs(whole[i]));
            assertThat(inParts[i]).as(name).isCloseTo(whole[i], within(tolerance));
            assertThat(merged[i]).as(name).isCloseTo(whole[i], within(tolerance));
        }
        // Merging changed neither of the other two.
        assertThat(one.items()).isEqualTo(499);
        assertThat(three.items()).isEqualTo(1);
    }

    /** Detectors that keep items learn the same bits however the items come, also where not all can be kept. */
    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(
            strings = {"knn:bank=70", "nnguide:k=20:bank=70", "relation:bank=70", "lid:bank=70", "react", "vra"})
    void fit_keptItems_sameBitsInAnyOrderAndParts(String text) {
        Readings all = READ;
        Map<String, Array> whole = fitted(text, all).learnt().arrays();
        int[] backwards = IntStream.range(0, 600).map(i -> 599 - i).toArray();
        assertThat(fitted(text, all.select(backwards)).learnt().arrays()).isEqualTo(whole);
        DetectorFit a = new DetectorFit(List.of(Detectors.parse(text)), SITE, NETWORK);
        a.add(all.select(IntStream.range(300, 600).toArray()));
        DetectorFit b = new DetectorFit(List.of(Detectors.parse(text)), SITE, NETWORK);
        b.add(all.select(IntStream.range(0, 300).toArray()));
        a.merge(b);
        assertThat(a.finish().get(0).learnt().arrays()).isEqualTo(whole);
    }

    @ParameterizedTest
    @MethodSource("names")
    void fitAndScore_arraysOfTheCaller_stayAsTheyWere(String name) {
        Readings read = READ;
        Array logits = logits(read);
        Array features = features(read);
        double[] z = logits.doubles().clone();
        double[] h = features.doubles().clone();
        DetectorScore score = fitted(name, read);
        assertThat(logits(read)).isEqualTo(logits);
        assertThat(features(read)).isEqualTo(features);
        if (!(score.judge() instanceof Judge.OfInput)) {
            double[] first = rows(score, read);
            assertThat(rows(score, read)).containsExactly(first);
        }
        Dataset data = OUTLIERS.take(5);
        double[] x = data.all().toDoubles().clone();
        scores(score, data);
        assertThat(data.all().toDoubles()).containsExactly(x);
        assertThat(logits.doubles()).containsExactly(z);
        assertThat(features.doubles()).containsExactly(h);
    }

    @ParameterizedTest
    @MethodSource("names")
    void score_notANumberAndInfinity_costOnlyThoseItems(String name) {
        DetectorScore score = fitted(name);
        double[] x = OUTLIERS.take(6).all().toDoubles().clone();
        double[] clean = scores(score, OUTLIERS.take(6));
        x[Planted.FEATURES + 3] = Double.NaN;
        x[4 * Planted.FEATURES] = Double.POSITIVE_INFINITY;
        Dataset data = Dataset.of(Array.of(x, 6, Planted.FEATURES), Layout.NCHW, null);
        ScoreTable table = new Scorer(NETWORK, List.of(score), 1).score(data);
        for (int i = 0; i < 6; i++) {
            Status status = table.status().get(i);
            if (i == 1 || i == 4) {
                assertThat(status.isOk()).as(name).isFalse();
                assertThat(table.values()[0][i]).as(name).isNaN();
            } else {
                assertThat(status.isOk()).as(name).isTrue();
                assertThat(table.values()[0][i])
                        .as(name)
                        .isCloseTo(clean[i], within(1e-10 * Math.max(1, Math.abs(clean[i]))));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void fit_itemsThatAreNotFinite_areLeftOutAndCounted(String name) {
        Readings all = READ;
        double[][] h = IntStream.range(0, 602)
                .mapToObj(i -> all.features(i % 600).clone())
                .toArray(double[][]::new);
        double[][] z = IntStream.range(0, 602)
                .mapToObj(i -> all.logits(i % 600).clone())
                .toArray(double[][]::new);
        int[] y = IntStream.range(0, 602).map(i -> all.label(i % 600)).toArray();
        h[600][2] = Double.NaN;
        z[601][1] = Double.NEGATIVE_INFINITY;
        DetectorFit fit = new DetectorFit(List.of(Detectors.parse(name)), SITE, NETWORK);
        int[] from = IntStream.range(0, 602).map(i -> i % 600).toArray();
        long[] keys = Arrays.stream(from).mapToLong(all::key).toArray();
        fit.add(new Readings(z, h, y, keys, quantities(all.select(from))));
        assertThat(fit.items()).isEqualTo(600);
        assertThat(fit.leftOut()).isEqualTo(2);
        assertThat(scores(fit.finish().get(0), ORDINARY)).containsExactly(scores(fitted(name, all), ORDINARY));
    }

    /** Data that say little: a value or an explained refusal, nothing else. */
    @ParameterizedTest
    @MethodSource("names")
    void fit_poorData_finiteScoresOrExplainedRefusal(String name) {
        Readings all = READ;
        Readings one = all.select(0);
        Readings twoClasses =
                all.select(IntStream.range(0, 600).filter(i -> all.label(i) < 2).toArray());
        double[][] constant = IntStream.range(0, 600)
                .mapToObj(i -> {
                    double[] h = all.features(i).clone();
                    h[0] = 1.5;
                    h[31] = 0;
                    return h;
                })
                .toArray(double[][]::new);
        int[] y = IntStream.range(0, 600).map(all::label).toArray();
        Readings constants = new Readings(
                Arrays.stream(constant).map(SITE::logits).toArray(double[][]::new), constant, y, null, quantities(all));
        Readings same = all.select(new int[600]);
        for (Readings poor : List.of(one, twoClasses, constants, same)) {
            DetectorScore score;
            try {
                score = fitted(name, poor);
            } catch (DetectorException e) {
                assertThat(e).hasMessageContaining(name).hasMessageContaining("expected");
                assertThat(poor).as(name + ": enough items").isNotSameAs(constants);
                continue;
            }
            ScoreTable table = new Scorer(NETWORK, List.of(score), 1).score(OUTLIERS.take(50));
            for (int i = 0; i < 50; i++) {
                boolean defined = Double.isFinite(table.values()[0][i]);
                assertThat(defined).as(name).isEqualTo(table.status().get(i).isOk());
                assertThat(defined || poor != constants).as(name).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void fit_nothing_isRefusedByAllThatLearn(String name) {
        DetectorFit fit = new DetectorFit(List.of(Detectors.parse(name)), SITE, NETWORK);
        if (Detectors.parse(name).needs().isEmpty()) {
            assertThat(fit.finish()).hasSize(1);
        } else {
            assertThatThrownBy(fit::finish)
                    .isInstanceOf(DetectorException.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void add_classTheNetworkHasNot_isRefused() {
        Readings all = Planted.readings(NETWORK, FIT.take(3));
        DetectorFit fit = new DetectorFit(List.of(Detectors.parse("knn")), SITE);
        double[][] z = {all.logits(0)};
        double[][] h = {all.features(0)};
        assertThatThrownBy(() -> fit.add(new Readings(z, h, new int[] {4})))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("0 to 3");
    }

    @Test
    void merge_fitOfOthers_isRefused() {
        DetectorFit knn = new DetectorFit(List.of(Detectors.parse("knn")), SITE);
        DetectorFit other = new DetectorFit(List.of(Detectors.parse("knn:k=3")), SITE);
        assertThatThrownBy(() -> knn.merge(other))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("knn:k=3");
    }

    /** Together as alone: sharing a pass and statistics changes nothing. */
    @Test
    void fit_allAtOnce_equalEachAlone() {
        List<Detector> all = names().map(Detectors::parse).toList();
        FittedDetectors together = DetectorFit.fit(NETWORK, FIT, true, all, 2, done -> {});
        ScoreTable table = new Scorer(NETWORK, List.copyOf(together.scores()), 2).score(ORDINARY);
        assertThat(table.status()).allMatch(Status::isOk);
        for (int i = 0; i < all.size(); i++) {
            FittedDetectors single = DetectorFit.fit(NETWORK, FIT, true, List.of(all.get(i)), 1, done -> {});
            double[] alone = scores(single.scores().get(0), ORDINARY);
            for (int j = 0; j < alone.length; j++) {
                assertThat(table.values()[i][j])
                        .as(Detectors.names().get(i))
                        .isCloseTo(alone[j], within(1e-9 * Math.max(1, Math.abs(alone[j]))));
            }
        }
    }

    @Test
    void fit_networkWithoutHead_onlyWhatReadsLogitsOrInputs() {
        var graph = NetworkBuilder.input("x", 6)
                .seed(2)
                .linear("fc", 4)
                .relu("last")
                .build();
        Dataset data = Dataset.of(Array.of(new Random(1).doubles(120, -2, 2).toArray(), 20, 6), Layout.NCHW, null);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            FittedDetectors found = DetectorFit.fit(
                    network, data, false, List.of(Detectors.parse("klm"), Detectors.parse("odin")), 1, done -> {});
            assertThat(new Scorer(network, List.copyOf(found.scores()), 1)
                            .score(data)
                            .values()[0])
                    .doesNotContain(Double.NaN);
            assertThatThrownBy(() ->
                            DetectorFit.fit(network, data, false, List.of(Detectors.parse("knn:k=3")), 1, done -> {}))
                    .isInstanceOf(QualmException.class)
                    .hasMessageContaining("linear");
        }
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(
            strings = {
                "magic",
                "knn:k",
                "knn:k=0",
                "knn:k=1.5",
                "knn:k=NaN",
                "knn:size=3",
                "knn:k=1:k=2",
                "msp:T=2",
                "she:similarity=Inner",
                "ash-s:percentile=101",
                "vra:low=90:high=10",
                "",
                ":",
                "gen:gamma=1",
                "lid:k=5:drop=6",
                "openmax:tail=1",
                "rankfeat:layer="
            })
    void parse_nonsense_isRefusedWithTheLegalChoices(String text) {
        assertThatThrownBy(() -> Detectors.parse(text))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("xpected");
    }

    /** Of a linear map without bias, the movement of the only layer is that of the noise: its size over the input's, on average. */
    @Test
    void relativeMahalanobis_oneClass_isRefused() {
        Readings one = READ.select(
                IntStream.range(0, 600).filter(i -> READ.label(i) == 1).toArray());
        assertThat(one.size()).isGreaterThan(50);
        assertThatThrownBy(() -> fitted("relative-mahalanobis", one))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("two or more classes, but found 1");
    }

    @Test
    void neco_asManyDimensionsAsFeatures_isRefused() {
        assertThatThrownBy(() -> fitted("neco:dimensions=" + SITE.features(), READ))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("fewer dimensions than features");
        assertThat(scores(fitted("neco:dimensions=" + (SITE.features() - 1), READ), OUTLIERS))
                .doesNotHaveDuplicates();
    }

    @Test
    void lsa_linearNetwork_movementIsProportionalToTheNoise() {
        var graph = NetworkBuilder.input("x", 6)
                .seed(2)
                .withoutBias()
                .linear("fc", 3)
                .build();
        Dataset data = Dataset.of(Array.of(new Random(1).doubles(60, 1, 2).toArray(), 10, 6), Layout.NCHW, null);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            double[][] found = new double[2][];
            for (int i = 0; i < 2; i++) {
                DetectorScore score = DetectorScore.of(
                        Detectors.parse("lsa:sigma=" + (i == 0 ? "0.01" : "0.03")),
                        Site.of(network, 3),
                        Learnt.nothing());
                found[i] = new Scorer(network, List.of(score), 1).score(data).values()[0];
            }
            for (int i = 0; i < 10; i++) {
                assertThat(found[1][i]).isCloseTo(3 * found[0][i], within(1e-12));
                assertThat(found[0][i]).isBetween(1e-4, 1.0);
            }
        }
    }

    @Test
    void text_parsed_isTheSameDetector() {
        for (String text : List.of("knn:k=10", "gen:gamma=0.5:top=5", "vra:small=lift", "lid:of=logits:k=5")) {
            assertThat(Detectors.text(Detectors.parse(text))).isEqualTo(text);
        }
        assertThat(Detectors.text(Detectors.parse(" knn : k = 050 "))).isEqualTo("knn");
    }
}

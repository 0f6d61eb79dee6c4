package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.Scorer;
import dev.qualm.network.Network;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Detectors that read inner layers, against recorded values and slow formulas. */
class LayerDetectorsTest {
    private static final int POWERS = 5;
    private static final String LAST = "/relu3/Relu_output_0";

    /** Outputs of every convolution and rectifier, in order, as in the recorded values. */
    private static String layers(Network network) {
        return network.graph().nodes().stream()
                .filter(n -> n.op().equals("Conv") || n.op().equals("Relu"))
                .map(n -> n.outputs().get(0))
                .collect(Collectors.joining("+"));
    }

    private static double[] toDoubles(Array a) {
        return a.toDoubles();
    }

    private static double[][] spread(Array rows, Array classes) {
        double[][] out = new double[10][rows.dim(1)];
        for (int i = 0; i < classes.size(); i++) {
            out[(int) classes.get(i)] = rows.slice(i, i + 1).toDoubles().clone();
        }
        return out;
    }

    private static Dataset images(String net) {
        Array x = Golden.arrays(net + "/io.npz").get("x");
        float[] scaled = new float[x.size()];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) x.get(i) / 255f;
        }
        return Dataset.of(Array.of(scaled, x.shape()), Layout.NCHW, null);
    }

    /** The recorded bounds are of some classes only; items predicted as another have no score. */
    @ParameterizedTest
    @ValueSource(strings = {"d1 divide", "d1 ignore", "d2 divide", "d2 ignore"})
    void gram_recordedBounds_scoresEqualIndependentFormula(String which) {
        String net = which.split(" ")[0];
        String confidence = which.split(" ")[1];
        Map<String, Array> golden = Golden.arrays(net + "/gram.npz");
        double[][] min = spread(golden.get("fit_min"), golden.get("classes"));
        double[][] max = spread(golden.get("fit_max"), golden.get("classes"));
        double[] counts = new double[10];
        for (double c : toDoubles(golden.get("classes"))) {
            counts[(int) c] = 1;
        }
        Learnt learnt = Learnt.nothing()
                .with("min", min, min[0].length)
                .with("max", max, max[0].length)
                .with("counts", counts)
                .with("expected", toDoubles(golden.get("fit_norm")))
                .with("channels", toDoubles(golden.get("channels")));
        double[] expected = toDoubles(golden.get(confidence.equals("divide") ? "score_gram" : "score_gram_noconf"));
        try (Network network = Golden.network(net, Precision.FLOAT64)) {
            Detector detector = Detectors.parse("gram:confidence=" + confidence + ":layers=" + layers(network));
            DetectorScore score = DetectorScore.of(detector, Site.of(network, 10), learnt);
            double[] found =
                    new Scorer(network, List.of(score), 1).score(images(net)).values()[0];
            int compared = 0;
            for (int i = 0; i < found.length; i++) {
                if (!Double.isNaN(found[i])) {
                    assertThat(found[i]).as(which + " " + i).isCloseTo(expected[i], within(1e-5 * (1 + expected[i])));
                    compared++;
                }
            }
            assertThat(compared).isGreaterThanOrEqualTo(5);
        }
    }

    /** The features of the first network are a layer of 64 channels and one position. */
    @Test
    void gram_recordedFeatures_boundsAndNormsEqualIndependentFormula() {
        Map<String, Array> golden = Golden.arrays("d1/gram.npz");
        Map<String, Array> items = Golden.arrays("d1/detectors.npz");
        double[][] h = Readings.rows(items.get("features_fit"));
        Set<Integer> heldOut = new HashSet<>();
        for (double i : toDoubles(golden.get("validation_index"))) {
            heldOut.add((int) i);
        }
        long[] keys = IntStream.range(0, h.length)
                .mapToLong(i -> heldOut.contains(i) ? Long.MIN_VALUE + i : i)
                .toArray();
        int[] labels = Arrays.stream(items.get("y_fit").toLongs())
                .mapToInt(Math::toIntExact)
                .toArray();
        Gram gram = (Gram) Detectors.parse("gram:layers=" + LAST);
        double[][] sums = Arrays.stream(h).map(row -> slowSums(row, row.length)).toArray(double[][]::new);
        DetectorFit fit = new DetectorFit(List.of(gram), Site.withoutHead(10));
        fit.add(new Readings(
                Readings.rows(items.get("logits_fit")),
                new double[h.length][0],
                labels,
                keys,
                Map.of(gram.quantities().get(0).name(), new Quantity.Rows(sums, new int[] {64}))));
        Learnt learnt = fit.finish().get(0).learnt();
        assertThat(learnt.vector("expected", 1)[0])
                .isCloseTo(golden.get("fit_norm").get(4), within(1e-5));
        int width = POWERS * 64;
        double[][] min = learnt.matrix("min", 10, width);
        double[][] max = learnt.matrix("max", 10, width);
        for (int k = 0; k < golden.get("classes").size(); k++) {
            int c = (int) golden.get("classes").get(k);
            double[] low = golden.get("fit_min").slice(k, k + 1).toDoubles();
            double[] high = golden.get("fit_max").slice(k, k + 1).toDoubles();
            for (int j = 0; j < width; j++) {
                int at = low.length - width + j;
                assertThat(min[c][j]).isCloseTo(low[at], within(1e-5 * (1 + Math.abs(low[at]))));
                assertThat(max[c][j]).isCloseTo(high[at], within(1e-5 * (1 + Math.abs(high[at]))));
            }
        }
    }

    /** {@code sum_d (b b')_cd}, from the whole matrix. */
    private static double[] slowSums(double[] a, int channels) {
        int positions = a.length / channels;
        double[] out = new double[POWERS * channels];
        for (int q = 1; q <= POWERS; q++) {
            for (int c = 0; c < channels; c++) {
                double g = 0;
                for (int d = 0; d < channels; d++) {
                    for (int s = 0; s < positions; s++) {
                        g += Math.pow(a[c * positions + s], q) * Math.pow(a[d * positions + s], q);
                    }
                }
                out[(q - 1) * channels + c] = Math.signum(g) * Math.pow(Math.abs(g), 1.0 / q);
            }
        }
        return out;
    }

    @Test
    void gramSums_signedMaps_equalTheWholeMatrix() {
        try (Network network = Network.of(TestNetworks.residual(3), Precision.FLOAT64)) {
            String conv = network.graph().nodes().stream()
                    .filter(n -> n.op().equals("Conv"))
                    .findFirst()
                    .orElseThrow()
                    .outputs()
                    .get(0);
            Array x = TestNetworks.images(3, 5);
            Detector gram = Detectors.parse("gram:layers=" + conv);
            Quantity.Rows found = DetectorFit.read(network, x, null, List.of(gram))
                    .quantity(gram.quantities().get(0).name());
            Array a = network.run(x, List.of(conv)).get(conv);
            assertThat(Arrays.stream(a.toDoubles()).min().orElseThrow()).isNegative();
            assertThat(found.layout()).containsExactly(a.dim(1));
            for (int i = 0; i < 3; i++) {
                double[] slow = slowSums(a.slice(i, i + 1).toDoubles(), a.dim(1));
                for (int j = 0; j < slow.length; j++) {
                    assertThat(found.values()[i][j]).isCloseTo(slow[j], within(1e-9 * (1 + Math.abs(slow[j]))));
                }
            }
        }
    }

    /** Which items are held out, and so what is learnt, depends neither on order nor on parts, also where places run out. */
    @Test
    void gramBounds_moreItemsThanPlaces_sameBitsInAnyOrder() {
        GramSums sums = new GramSums(new Layers("a"), 1);
        int n = 24_000; // a tenth of these are more than there are places
        java.util.Random random = new java.util.Random(1);
        double[][] rows = new double[n][2];
        long[] keys = new long[n];
        for (int i = 0; i < n; i++) {
            rows[i] = new double[] {random.nextGaussian(), random.nextGaussian()};
            keys[i] = random.nextLong();
        }
        Readings all = new Readings(
                new double[n][3],
                new double[n][0],
                IntStream.range(0, n).map(i -> i % 3).toArray(),
                keys,
                Map.of(sums.name(), new Quantity.Rows(rows, new int[] {2})));
        GramBounds whole = new GramBounds.Of(sums).empty(Site.withoutHead(3));
        whole.add(all);
        GramBounds backwards = new GramBounds.Of(sums).empty(Site.withoutHead(3));
        backwards.add(all.select(IntStream.range(0, n / 3).map(i -> n - 1 - i).toArray()));
        GramBounds rest = new GramBounds.Of(sums).empty(Site.withoutHead(3));
        rest.add(all.select(IntStream.range(0, n - n / 3).toArray()));
        backwards.merge(rest);
        assertThat(whole.heldOut()).hasSize(1_000);
        assertThat(Arrays.stream(whole.counts()).sum()).isEqualTo(n - 1_000);
        assertThat(backwards.counts()).containsExactly(whole.counts());
        assertThat(backwards.min(2)).isDeepEqualTo(whole.min(2));
        assertThat(backwards.max(2)).isDeepEqualTo(whole.max(2));
        assertThat(backwards.heldOut().stream().map(GramBounds.Item::hash).toList())
                .isEqualTo(whole.heldOut().stream().map(GramBounds.Item::hash).toList());
    }

    /** A channel that never fires on trusted items decides alone once it does, unless it is left out. */
    @Test
    void gram_silentChannel_countsAsPublishedOrIsSkipped() {
        double[] zero = {0, 1};
        double[] g = {0.5, 1.5};
        int[] channels = {2};
        Gram counted = (Gram) Detectors.parse("gram:powers=1");
        Gram skipped = (Gram) Detectors.parse("gram:powers=1:silent=skip");
        assertThat(counted.deviations(g, zero, zero, channels)[0]).isCloseTo(0.5e6 + 0.5, within(1e-3));
        assertThat(skipped.deviations(g, zero, zero, channels)[0]).isCloseTo(0.5, within(1e-6));
    }

    @Test
    void lid_onlyActivationAndLogitsByName_equalFeaturesAndTheirSum() {
        Dataset trusted = Planted.ordinary(150, 1);
        Dataset others = Planted.outliers(30, 2);
        try (Network network = Planted.network()) {
            String tensor =
                    java.util.Objects.requireNonNull(network.structure().head()).features();
            List<Detector> two = List.of(
                    Detectors.parse("lid:k=7"),
                    Detectors.parse("lid:k=7:of=activations"),
                    Detectors.parse("lid:k=7:of=logits"),
                    Detectors.parse("lid:k=7:of=" + network.structure().logits() + "+" + tensor));
            double[][] found = new Scorer(
                            network,
                            List.copyOf(DetectorFit.fit(network, trusted, false, two, 1, done -> {})
                                    .scores()),
                            1)
                    .score(others)
                    .values();
            for (int i = 0; i < 30; i++) {
                assertThat(found[1][i]).isCloseTo(found[0][i], within(1e-9));
                assertThat(found[3][i]).isCloseTo(found[0][i] + found[2][i], within(1e-9));
            }
        }
    }

    @Test
    void judge_channelsOfAHostileFile_areRefused() {
        for (double[] channels : new double[][] {{2e9, 2e9}, {-1}, {0.5}, {}}) {
            Learnt learnt = Learnt.nothing().with("channels", channels).with("layers", channels);
            for (String text : List.of("gram", "lid:of=activations")) {
                assertThatThrownBy(() -> Detectors.parse(text).judge(Site.withoutHead(3), learnt))
                        .isInstanceOf(UnreadableFileException.class);
            }
        }
    }

    @Test
    void fit_layerThatIsNotThere_isRefusedWithThoseThatAre() {
        try (Network network = Planted.network()) {
            for (String text : List.of("gram:layers=nowhere", "lid:of=nowhere", "conductance:layer=nowhere")) {
                assertThatThrownBy(() -> DetectorFit.fit(
                                network, Planted.ordinary(50, 1), false, List.of(Detectors.parse(text)), 1, done -> {}))
                        .isInstanceOf(DetectorException.class)
                        .hasMessageContaining("nowhere")
                        .hasMessageContaining("features");
            }
        }
    }

    @Test
    void scoreFeatures_detectorOfLayers_isRefused() {
        try (Network network = Planted.network()) {
            DetectorScore gram = DetectorFit.fit(
                            network, Planted.ordinary(300, 1), false, List.of(Detectors.parse("gram")), 1, done -> {})
                    .scores()
                    .get(0);
            assertThatThrownBy(() -> gram.scoreFeatures(Array.of(new double[4], 1, 4), Array.of(new double[0], 1, 0)))
                    .isInstanceOf(DetectorException.class)
                    .hasMessageContaining("Gram sums");
        }
    }
}

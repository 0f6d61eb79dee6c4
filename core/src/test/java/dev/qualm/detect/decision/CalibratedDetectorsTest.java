package dev.qualm.detect.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.Layout;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.OutputKind;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorException;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.fitted.Judge;
import dev.qualm.detect.verdict.CalibrationException;
import dev.qualm.detect.verdict.CascadeRun;
import dev.qualm.detect.verdict.Marginal;
import dev.qualm.detect.verdict.Verdict;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Detectors of the shipped classifier, fitted and calibrated on 500 ordinary items, in use. */
class CalibratedDetectorsTest {
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");
    private static final List<Detector> CHOSEN =
            Stream.of("gen", "knn:k=10", "odin").map(Detectors::parse).toList();

    @TempDir
    private static Path folder;

    private static Network network;
    private static Dataset trusted;
    private static Dataset ordinary;
    private static Dataset unknown;
    private static FittedDetectors fitted;
    private static Path file;

    @BeforeAll
    static void fit() {
        network = Network.load(MODEL);
        Dataset images = Datasets.open(DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                .with(ModelDescription.beside(MODEL).preprocessing());
        Dataset known = images.withoutClasses(5, 8).withoutLabels();
        trusted = known.take(500);
        ordinary = known.slice(500, 1100);
        unknown = images.filterClasses(5, 8).take(150).withoutLabels();
        fitted = CalibratedFit.fit(network, trusted, false, CHOSEN, 0.6, 3, 2, done -> {});
        file = folder.resolve("d.qualm");
        fitted.save(file, MODEL);
    }

    @AfterAll
    static void close() {
        network.close();
    }

    @Test
    void judge_loadedInOneCall_keepsTheRateAndCatchesMore() {
        CalibratedDetectors detectors = CalibratedDetectors.load(file, network);
        JudgedItems passed = detectors.judge(ordinary);
        JudgedItems strange = detectors.judge(unknown.all());
        // 0.05 and three standard errors of 300 calibration and 600 judged items.
        assertThat(passed.count(Verdict.Kind.ALARM)).isLessThanOrEqualTo((int) (600 * (0.05 + 3 * 0.0154)));
        assertThat(strange.count(Verdict.Kind.ALARM)).isGreaterThan(30);
        assertThat(passed.verdicts()).allMatch(v -> v.by().equals("gen"));
        assertThat(detectors.toString()).contains("at most 0.05").contains("gen");
        assertThat(passed.toString()).contains("alarms").contains("0 undefined");
    }

    @Test
    void judge_oneByOne_isTheSameAsTogether() {
        CalibratedDetectors detectors =
                CalibratedDetectors.of(fitted, network, DecisionSettings.of(0.1).smoothed(9));
        List<ItemVerdict> together = detectors.judge(ordinary.take(20)).verdicts();
        for (int i = 0; i < 20; i++) {
            Verdict alone = detectors
                    .withThreads(1)
                    .judge(ordinary.slice(i, i + 1))
                    .verdicts()
                    .get(0)
                    .overall();
            assertThat(alone.pValue()).isEqualTo(together.get(i).overall().pValue());
        }
    }

    @Test
    void judge_itemsOfFitOrCalibration_areRefused() {
        CalibratedDetectors detectors = CalibratedDetectors.load(file, network);
        Array mixed = Array.concat(List.of(ordinary.batch(0, 3), trusted.batch(0, 7)));
        assertThatThrownBy(() -> detectors.judge(mixed))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("of 10 found");
    }

    @Test
    void of_uncalibratedOrOtherOutput_isRefused() {
        FittedDetectors plain = DetectorFit.fit(network, trusted.take(50), false, CHOSEN.subList(0, 1), 2, d -> {});
        assertThatThrownBy(() -> CalibratedDetectors.of(plain, network, DecisionSettings.of(0.1)))
                .isInstanceOf(CalibrationException.class)
                .hasMessageContaining("calibrate them");
        CalibrationItems items = Objects.requireNonNull(fitted.calibration());
        FittedDetectors other = fitted.with(new CalibrationItems(
                items.scores(), items.predicted(), items.contents(), "probabilities", items.provenance()));
        assertThatThrownBy(() -> CalibratedDetectors.of(other, network, DecisionSettings.of(0.1)))
                .isInstanceOf(CalibrationException.class)
                .hasMessageContaining("'probabilities'");
    }

    @Test
    void fit_shareAndSeed_areRecordedAndItemsPlaced() {
        CalibrationItems items = Objects.requireNonNull(fitted.calibration());
        assertThat(items.size()).isEqualTo(300);
        assertThat(fitted.items().size()).isEqualTo(200);
        assertThat(items.items().shared(fitted.items())).isZero();
        assertThat(items.provenance().entries()).containsEntry("share", "0.6").containsEntry("seed", "3");
        assertThat(items.scores()[2])
                .isEqualTo(new Scorer(network, List.copyOf(fitted.scores()), 1)
                        .score(trusted.select(places(items)))
                        .values()[2]);
        for (double share : new double[] {0, 1, Double.NaN}) {
            assertThatThrownBy(() -> CalibratedFit.fit(network, trusted, false, CHOSEN, share, 0, 1, d -> {}))
                    .isInstanceOf(DetectorException.class);
        }
    }

    private static int[] places(CalibrationItems items) {
        ItemContents all = ItemContents.of(trusted);
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < trusted.size(); i++) {
            for (long c : items.contents()) {
                if (c == all.hashes()[i]) {
                    out.add(i);
                    break;
                }
            }
        }
        return out.stream().mapToInt(i -> i).toArray();
    }

    @Test
    void calibrate_itemsOfTheFit_areRefusedWithTheirNumber() {
        Dataset mixed = Dataset.of(Array.concat(List.of(trusted.all(), ordinary.batch(0, 5))), Layout.NCHW, null);
        assertThatThrownBy(() -> CalibratedFit.calibrate(fitted, network, mixed, 1, d -> {}))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("200 of 505");
        FittedDetectors again = CalibratedFit.calibrate(fitted, network, ordinary.take(40), 1, d -> {});
        assertThat(Objects.requireNonNull(again.calibration()).size()).isEqualTo(40);
    }

    /** The costly tier sees the undecided items and no others, counted where it computes. */
    @Test
    void tiers_costlyOne_isComputedForUndecidedItemsOnly() {
        AtomicInteger asked = new AtomicInteger();
        DetectorScore odin = fitted.scores().get(2);
        Judge.OfInput real = (Judge.OfInput) odin.judge();
        Judge.OfInput counting = evidence -> {
            asked.addAndGet(evidence.size());
            return real.score(evidence);
        };
        List<DetectorScore> scores = new ArrayList<>(fitted.scores());
        scores.set(2, new DetectorScore(odin.detector(), odin.site(), odin.learnt(), counting));
        FittedDetectors counted = new FittedDetectors(
                fitted.modelHash(), fitted.site(), scores, fitted.items(), fitted.provenance(), fitted.calibration());
        TierSettings settings = TierSettings.of(List.of("gen", "knn:k=10", "odin"), new Marginal(0.05));
        TieredDetectors tiers = TieredDetectors.of(counted, network, settings);
        JudgedItems judged = tiers.judge(ordinary);
        CascadeRun run = Objects.requireNonNull(judged.tiers());
        int last = run.shares().get(2).entered();
        assertThat(asked.get()).isEqualTo(last);
        assertThat(last).isBetween(10, 150);
        assertThat(run.shares().get(1).passes()).isZero(); // its features come with the first tier's forward pass
        double[] odins = judged.scores().of("odin");
        for (int i = 0; i < odins.length; i++) {
            assertThat(Double.isNaN(odins[i]))
                    .isEqualTo(!judged.verdicts().get(i).by().equals("odin"));
        }
        assertThat(judged.count(Verdict.Kind.ALARM)).isLessThanOrEqualTo((int) (600 * (0.05 + 3 * 0.0176)));
        CascadeRun twice = run.and(Objects.requireNonNull(tiers.judge(unknown).tiers()));
        assertThat(twice.verdicts()).hasSize(750);
        assertThat(twice.shares().get(0).entered()).isEqualTo(750);
    }

    @Test
    void tiers_fewerAvailable_judgeUnderTheirOwnCalibration() {
        TierSettings settings = TierSettings.of(List.of("gen", "odin"), new Marginal(0.1));
        TieredDetectors all = TieredDetectors.of(fitted, network, settings);
        TieredDetectors some = TieredDetectors.of(fitted, network, settings.withAvailable(List.of("odin")));
        assertThat(all.degraded()).isFalse();
        assertThat(some.degraded()).isTrue();
        assertThat(some.toString()).contains("without [gen]");
        JudgedItems judged = some.judge(ordinary.take(100));
        assertThat(judged.verdicts()).allMatch(v -> v.overall().detail().contains("[odin] as a whole"));
        assertThat(judged.scores().scores()).hasSize(1);
        assertThatThrownBy(() -> TieredDetectors.of(fitted, network, TierSettings.of(List.of("x"), new Marginal(0.1))))
                .isInstanceOf(CalibrationException.class)
                .hasMessageContaining("[gen, knn:k=10, odin]");
    }

    @Test
    void tiers_ofGradients_areCostlyToo() {
        List<Detector> chosen = Stream.of("gen", "gradient-metrics", "msp")
                .map(Detectors::parse)
                .toList();
        FittedDetectors own = CalibratedFit.fit(network, trusted.take(200), false, chosen, 0.5, 0, 2, done -> {});
        List<String> names = own.scores().stream().map(DetectorScore::name).toList();
        TieredDetectors tiers = TieredDetectors.of(own, network, TierSettings.of(names, new Marginal(0.1)));
        CascadeRun run = Objects.requireNonNull(tiers.judge(ordinary.take(100)).tiers());
        assertThat(run.shares().get(0).passes()).isEqualTo(100);
        assertThat(run.shares().get(1).entered()).isBetween(5, 60);
        assertThat(run.shares().get(1).passes())
                .isEqualTo(3.0 * run.shares().get(1).entered());
        assertThat(run.shares().get(2).passes()).isZero();
    }

    /** Energy depends on what a softmax takes away, so a network that gives probabilities has none. */
    @Test
    void tiers_refusedByTheNetwork_areLeftOutInAModeOfTheirOwn() {
        List<Detector> logits = Stream.of("energy", "msp").map(Detectors::parse).toList();
        FittedDetectors own = CalibratedFit.fit(network, trusted, false, logits, 0.4, 0, 2, done -> {});
        TierSettings settings = TierSettings.of(List.of("energy", "msp"), new Marginal(0.1));
        try (Network other = Network.of(
                network.graph(), Precision.FLOAT32, network.structure().logits(), OutputKind.PROBABILITIES)) {
            TieredDetectors tiers = TieredDetectors.of(own, other, settings);
            assertThat(tiers.degraded()).isTrue();
            assertThat(tiers.mode().names()).containsExactly("msp");
            assertThat(tiers.refused()).containsOnlyKeys("energy");
            assertThatThrownBy(
                            () -> TieredDetectors.of(own, other, TierSettings.of(List.of("energy"), new Marginal(0.1))))
                    .isInstanceOf(CalibrationException.class)
                    .hasMessageContaining("probabilities");
        }
        assertThat(TieredDetectors.of(own, network, settings).degraded()).isFalse();
    }

    @Test
    void watch_streamThatChanges_marksVerdictsFromThereOn() {
        CalibratedDetectors detectors = CalibratedDetectors.load(file, network);
        StreamWatch watch = detectors.watch(0.01, 0);
        assertThat(watch.observe(detectors.judge(ordinary)).verdicts())
                .noneMatch(v -> v.overall().stale());
        List<ItemVerdict> after = watch.observe(detectors.judge(unknown)).verdicts();
        assertThat(after.get(149).overall().stale()).isTrue();
        assertThat(after.get(149).detectors().values()).allMatch(Verdict::stale);
        assertThat(after.get(0).overall().stale()).isFalse();
        assertThat(watch.staleness().alarmAt()).isBetween(601L, 750L);
        StreamWatch all =
                detectors.with(DecisionSettings.of(0.05).decidedBy("any")).watch(0.01, 0);
        assertThat(all.names()).containsExactly("gen", "knn:k=10", "odin");
        assertThat(all.staleness().level()).isEqualTo(0.01 / 3);
    }

    @Test
    void draw_contents_dependsOnContentAndSeedAlone() {
        long[] contents = {5, 9, 5, 1, 7, 9, 9, 2, 3, 8};
        boolean[] drawn = ItemContents.draw(contents, 0.4, 1);
        assertThat(drawn[0]).isEqualTo(drawn[2]);
        assertThat(drawn[1]).isEqualTo(drawn[5]).isEqualTo(drawn[6]);
        long[] backwards = new long[10];
        for (int i = 0; i < 10; i++) {
            backwards[i] = contents[9 - i];
        }
        boolean[] same = ItemContents.draw(backwards, 0.4, 1);
        for (int i = 0; i < 10; i++) {
            assertThat(same[9 - i]).isEqualTo(drawn[i]);
        }
        long[] many = java.util.stream.LongStream.range(0, 1000).toArray();
        assertThat(ItemContents.where(ItemContents.draw(many, 0.4, 1), true))
                .hasSize(400)
                .isNotEqualTo(ItemContents.where(ItemContents.draw(many, 0.4, 2), true));
        assertThat(new CalibrationItems(
                                new double[][] {{1, 2, 3}},
                                new int[3],
                                new long[] {4, 5, 6},
                                "logits",
                                Provenance.of("calibration"))
                        .select(2, 0)
                        .contents())
                .containsExactly(6, 4);
    }
}

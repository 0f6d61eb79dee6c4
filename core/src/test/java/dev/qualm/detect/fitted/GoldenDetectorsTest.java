package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every detector against independent formulas on two networks: golden/README.md says where the numbers come from. */
class GoldenDetectorsTest {
    /** Scores by the name of their golden values. {@code {leading}} differs between the networks. */
    private static final Map<String, String> CASES = cases();

    /** What is fitted on the calibration items; everything else is on the 1,000 fit items. */
    private static final List<String> CALIBRATED = List.of("msp-temperature", "klm");

    private static Map<String, String> cases() {
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put("msp", "msp");
        cases.put("msp_temp", "msp-temperature");
        cases.put("maxlogit", "max-logit");
        cases.put("energy", "energy");
        cases.put("energy_T2", "energy:T=2");
        cases.put("entropy", "entropy");
        cases.put("margin", "margin");
        cases.put("logit_margin", "logit-margin");
        cases.put("gen_g0.1", "gen");
        cases.put("gen_g0.1_M5", "gen:top=5");
        cases.put("gen_g0.5", "gen:gamma=0.5");
        cases.put("doctor_alpha", "doctor-alpha");
        cases.put("doctor_beta", "doctor-beta");
        cases.put("klm", "klm");
        cases.put("klm_predicted", "klm:match=predicted");
        cases.put("gradnorm", "gradnorm");
        cases.put("react_p90", "react");
        cases.put("vra_paper_p60_p95", "vra");
        cases.put("vra_clip_p60_p95", "vra:small=lift");
        for (String form : List.of("s", "b", "p")) {
            cases.put("ash_" + form + "_p65", "ash-" + form + ":percentile=65");
            cases.put("ash_" + form + "_p90", "ash-" + form + ":percentile=90");
        }
        cases.put("scale_p65", "scale:percentile=65");
        cases.put("scale_p85", "scale");
        cases.put("dice_p70", "dice:percentile=70");
        cases.put("dice_p90", "dice");
        cases.put("fdbd_mean", "fdbd");
        cases.put("fdbd_norm", "fdbd:distance=norm");
        cases.put("nci_a0.0001", "nci");
        cases.put("nci_a0.01", "nci:alpha=0.01");
        cases.put("she_inner", "she");
        cases.put("she_euclidean", "she:similarity=euclidean");
        cases.put("she_cosine", "she:similarity=cosine");
        cases.put("mds", "mahalanobis");
        cases.put("rmds", "relative-mahalanobis");
        cases.put("residual", "residual:leading={leading}");
        cases.put("vim", "vim:leading={leading}");
        cases.put("neco_d16", "neco");
        cases.put("neco_d16_maxlogit", "neco:times=max-logit");
        cases.put("pnml", "pnml");
        cases.put("knn_k1", "knn:k=1");
        cases.put("knn_k10", "knn:k=10");
        cases.put("knn_k50", "knn");
        cases.put("nnguide_k10", "nnguide:k=10");
        cases.put("nnguide_k100", "nnguide");
        cases.put("relation", "relation");
        return cases;
    }

    /** A network's values. */
    record Values(String net, Map<String, Array> all) {
        static Values of(String net) {
            Map<String, Array> all = new LinkedHashMap<>(Golden.arrays(net + "/detectors.npz"));
            all.putAll(Golden.arrays(net + "/parity.npz"));
            return new Values(net, all);
        }

        Array get(String key) {
            Array a = all.get(key);
            assertThat(a).as(net + " " + key).isNotNull();
            return a;
        }

        Readings fit() {
            return Readings.of(get("logits_fit"), get("features_fit"), labels("y_fit"));
        }

        Readings calibration() {
            int n = get("logits_calib").dim(0);
            double[][] none = new double[n][get("features_fit").dim(1)];
            return new Readings(Readings.rows(get("logits_calib")), none, labels("y_calib"));
        }

        private int[] labels(String key) {
            return Arrays.stream(get(key).toLongs()).mapToInt(Math::toIntExact).toArray();
        }

        Detector detector(String key) {
            String leading = net.equals("d1") ? "20" : "32";
            return Detectors.parse(CASES.get(key).replace("{leading}", leading));
        }

        Map<String, DetectorScore> fitted(Site site) {
            Map<String, DetectorScore> out = new LinkedHashMap<>();
            for (boolean calibrated : new boolean[] {true, false}) {
                List<String> keys = CASES.keySet().stream()
                        .filter(k -> CALIBRATED.contains(detector(k).about().name()) == calibrated)
                        .toList();
                DetectorFit fit =
                        new DetectorFit(keys.stream().map(this::detector).toList(), site);
                fit.add(calibrated ? calibration() : fit());
                List<DetectorScore> scores = fit.finish();
                for (int i = 0; i < keys.size(); i++) {
                    out.put(keys.get(i), scores.get(i));
                }
            }
            return out;
        }
    }

    static Stream<String> nets() {
        return Stream.of("d1", "d2");
    }

    @ParameterizedTest
    @MethodSource("nets")
    void scoreFeatures_recordedFeatures_equalIndependentFormulas(String net) {
        Values values = Values.of(net);
        try (Network network = Golden.network(net, Precision.FLOAT32)) {
            Site site = Site.of(network, 10);
            values.fitted(site).forEach((key, score) -> {
                double[] found = score.scoreFeatures(values.get("logits_eval"), values.get("features_eval"));
                close(net, key, found, values.get("score_" + key).toDoubles(), 1e-11);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"features", "logits", "features:drop=1", "logits:drop=1"})
    void scoreFeatures_dimensionality_equalsIndependentFormula(String of) {
        for (String net : nets().toList()) {
            Values values = Values.of(net);
            try (Network network = Golden.network(net, Precision.FLOAT32)) {
                DetectorFit fit = new DetectorFit(List.of(Detectors.parse("lid:of=" + of)), Site.of(network, 10));
                fit.add(values.fit().select(IntStream.range(0, 100).toArray()));
                double[] found =
                        fit.finish().get(0).scoreFeatures(values.get("logits_eval"), values.get("features_eval"));
                String key = (of.startsWith("features") ? "lid_feat_k20" : "lid_logits_k20")
                        + (of.endsWith("drop=1") ? "_dropfirst" : "");
                close(net, key, found, values.get("score_" + key).toDoubles(), 1e-11);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("nets")
    void fit_recordedFeatures_findsTheRecordedConstants(String net) {
        Values values = Values.of(net);
        try (Network network = Golden.network(net, Precision.FLOAT32)) {
            Map<String, DetectorScore> fitted = values.fitted(Site.of(network, 10));
            number(values, "fit_temperature", fitted.get("msp_temp").learnt().number("temperature"), 1e-11);
            number(values, "fit_vim_alpha", fitted.get("vim").learnt().number("alpha"), 1e-10);
            number(
                    values,
                    "fit_activation_p90",
                    fitted.get("react_p90").learnt().number("cut"),
                    1e-12);
            double[] bounds = fitted.get("vra_paper_p60_p95").learnt().vector("bounds", 2);
            number(values, "fit_activation_p60", bounds[0], 1e-12);
            number(values, "fit_activation_p95", bounds[1], 1e-12);
        }
    }

    private static void number(Values values, String key, double found, double tolerance) {
        double expected = values.get(key).get(0);
        assertThat(found).as(values.net + " " + key).isCloseTo(expected, within(tolerance * Math.abs(expected)));
    }

    /** From images, through the network in single precision. */
    @ParameterizedTest
    @MethodSource("nets")
    void score_recordedImages_equalIndependentFormulas(String net) {
        Values values = Values.of(net);
        try (Network network = Golden.network(net, Precision.FLOAT32)) {
            List<String> keys = new ArrayList<>(CASES.keySet());
            Map<String, DetectorScore> fitted = values.fitted(Site.of(network, 10));
            List<dev.qualm.detect.Score> scores = new ArrayList<>();
            keys.forEach(k -> scores.add(fitted.get(k)));
            ScoreTable table = new Scorer(network, scores, 2).score(images(net));
            for (int i = 0; i < keys.size(); i++) {
                double[] all = values.get("score_" + keys.get(i)).toDoubles();
                close(net, keys.get(i), table.values()[i], Arrays.copyOf(all, 16), 1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.0014", "0.01"})
    void score_odinOfRecordedImages_equalsIndependentFormula(String epsilon) {
        for (String net : nets().toList()) {
            Values values = Values.of(net);
            try (Network network = Golden.network(net, Precision.FLOAT32)) {
                DetectorScore odin = DetectorScore.of(
                        Detectors.parse("odin:epsilon=" + epsilon), Site.of(network, 10), Learnt.nothing());
                double[] found =
                        new Scorer(network, List.of(odin), 1).score(images(net)).values()[0];
                double[] expected = Arrays.copyOf(
                        values.get("score_odin_T1000_eps" + epsilon).toDoubles(), 16);
                double spread = Arrays.stream(expected).max().orElseThrow()
                        - Arrays.stream(expected).min().orElseThrow();
                Array flipped = values.get("odin_f64diff_eps" + epsilon);
                for (int i = 0; i < 16; i++) {
                    // Where single and double precision differ in a gradient's sign, so may we: by 1/T of the logits,
                    // over K.
                    double tolerance = 3e-6 * spread + flipped.get(i) / 1000;
                    assertThat(found[i] - 1).as(net + " item " + i).isCloseTo(expected[i], within(tolerance));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("nets")
    void score_squeezedRecordedImages_equalsIndependentFormula(String net) {
        Values values = Values.of(net);
        Map<String, String> cases = Map.of(
                "l1_bit1", "squeeze:bits=1:median=0",
                "l1_bit4", "squeeze:bits=4:median=0",
                "l1_bit5", "squeeze:bits=5:median=0",
                "l1_median2", "squeeze:bits=0:median=2",
                "l1_median3", "squeeze:bits=0:median=3",
                "max_bit1_median2", "squeeze:bits=1:median=2",
                "max_bit4_median2", "squeeze:bits=4:median=2",
                "max_bit5_median3", "squeeze:bits=5:median=3");
        try (Network network = Golden.network(net, Precision.FLOAT32)) {
            cases.forEach((key, text) -> {
                DetectorScore score = DetectorScore.of(Detectors.parse(text), Site.of(network, 10), Learnt.nothing());
                double[] found = new Scorer(network, List.of(score), 1)
                        .score(images(net))
                        .values()[0];
                double[] expected = values.get("score_squeeze_" + key).toDoubles();
                // The references' own single and double precision are 2e-6 apart.
                assertThat(found).as(net + " " + key).containsExactly(expected, within(1e-5));
            });
        }
    }

    /** Steps of 0.1 take pixels half-way between two of 16 levels, where the reference's float arithmetic decides. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void score_squeezedImagesBetweenLevels_equalsIndependentFormula(Precision precision) {
        double[] expected = {
            0.012971629402941377,
            0.011994965210992942,
            0.09233777757214592,
            0.008459421868472724,
            0.03589702340356341,
            0.006815536020782024
        };
        Array images = Golden.arrays("d1/attacks.npz").get("adv_foolbox_bim_linf_eps0.1_step0.025_it10");
        try (Network network = Golden.network("d1", precision)) {
            DetectorScore score = DetectorScore.of(
                    Detectors.parse("squeeze:bits=4:median=0"), Site.of(network, 10), Learnt.nothing());
            double[] found = new Scorer(network, List.of(score), 1)
                    .score(Dataset.of(images.slice(0, expected.length), Layout.NCHW, null))
                    .values()[0];
            assertThat(found).containsExactly(expected, within(1e-5));
        }
    }

    private static Dataset images(String net) {
        Array x = Golden.arrays(net + "/io.npz").get("x");
        float[] scaled = new float[x.size()];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) x.get(i) / 255f;
        }
        return Dataset.of(Array.of(scaled, x.shape()), Layout.NCHW, null);
    }

    /** Relative to the largest magnitude, as the reference states its own precision. */
    private static void close(String net, String key, double[] found, double[] expected, double tolerance) {
        // Ours is 1 - p, which keeps its digits where p is near 1.
        double shift = key.startsWith("msp") ? 1 : 0;
        double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(found).hasSameSizeAs(expected);
        double worst = 0;
        for (int i = 0; i < found.length; i++) {
            worst = Math.max(worst, Math.abs(found[i] - shift - expected[i]) / scale);
            if (!Double.isFinite(found[i])) {
                worst = Double.NaN;
            }
        }
        assertThat(worst).as(net + " " + key).isLessThanOrEqualTo(tolerance);
    }
}

package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.Score;
import dev.qualm.detect.Scorer;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenMax, RankFeat, the dimensionality of layers, and attacked images, against independent formulas. */
class GoldenParityTest {
    private static final String BIM = "foolbox_bim_linf_eps0.1_step0.025_it10";
    private static final String CW = "foolbox_cw_l2_bs4_it40_lr0.05_c1";
    private static final String DEEPFOOL = "foolbox_deepfool_l2_it50_over0.02";

    /** Dimensionality of item 0 of the first network and item 6 of the second, as published and with the nearest dropped. */
    private static final Map<String, Map<String, double[]>> LAYERS = Map.of(
            "d1",
            Map.of(
                    "/relu1/Relu_output_0", new double[] {4.811303099198657, 4.968644496959704},
                    "/relu2/Relu_output_0", new double[] {3.5000658596075844, 3.843183994765066}),
            "d2",
            Map.of(
                    "/relu/Relu_output_0", new double[] {7.496787337784145, 8.765988261999901},
                    "/layer2/relu2/Relu_output_0", new double[] {7.584687029408126, 8.180294354260612},
                    "/layer3/relu2/Relu_output_0", new double[] {7.429248139660473, 8.391553812245588},
                    "/layer4/relu2/Relu_output_0", new double[] {3.7417214972271338, 3.9374584460003654}));

    private static Array images(Array x) {
        float[] scaled = new float[x.size()];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) x.get(i) / 255f;
        }
        return Array.of(scaled, x.shape());
    }

    private static Dataset items(String net) {
        return Dataset.of(images(Golden.arrays(net + "/io.npz").get("x")), Layout.NCHW, null);
    }

    /** Training images, the only ones that matter to the items that are scored. */
    private static Dataset near(Map<String, Array> values) {
        Array x = values.get("lid_images");
        int n = x.dim(0);
        int h = x.dim(1);
        int w = x.dim(2);
        int c = x.dim(3);
        double[] planar = new double[x.size()];
        for (int i = 0; i < planar.length; i++) {
            int image = i / (h * w * c);
            int pixel = i / c % (h * w);
            planar[(image * c + i % c) * h * w + pixel] = x.get(i);
        }
        return Dataset.of(images(Array.of(planar, n, c, h, w)), Layout.NCHW, null);
    }

    private static DetectorScore plain(Network network, String text) {
        return DetectorScore.of(Detectors.parse(text), Site.of(network, 10), Learnt.nothing());
    }

    private static double[] score(Network network, DetectorScore score, Dataset data) {
        return new Scorer(network, List.of(score), 1).score(data).values()[0];
    }

    private static void close(String what, double[] found, double[] expected, double tolerance) {
        double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(found).as(what).containsExactly(expected, within(tolerance * scale));
    }

    @ParameterizedTest
    @ValueSource(strings = {"d1", "d2"})
    void openmax_recordedLogits_equalsIndependentFormula(String net) {
        GoldenDetectorsTest.Values values = GoldenDetectorsTest.Values.of(net);
        Map<String, Array> more = Golden.arrays(net + "/parity.npz");
        double[] expected = more.get("score_openmax").toDoubles();
        double[][] recorded = Readings.rows(more.get("fit_openmax_weibull"));
        Detector openMax = Detectors.parse("openmax");
        DetectorFit fit = new DetectorFit(List.of(openMax), Site.withoutHead(10));
        fit.add(values.fit());
        DetectorScore own = fit.finish().get(0);
        double[][] found = own.learnt().matrix("weibull", 10, 3);
        for (int c = 0; c < 10; c++) {
            // The shift is a distance; the reference's optimiser stops short of the root.
            assertThat(found[c][2]).isCloseTo(recorded[c][2], within(1e-12 * recorded[c][2]));
            assertThat(found[c][1]).isCloseTo(recorded[c][1], within(1e-9 * recorded[c][1]));
            assertThat(found[c][0]).isCloseTo(recorded[c][0], within(1e-6 * recorded[c][0]));
        }
        Array logits = values.get("logits_eval");
        Array none = Array.of(new double[0], logits.dim(0), 0);
        close(net, own.scoreFeatures(logits, none), expected, 1e-6);
        Learnt given = Learnt.nothing()
                .with("centres", own.learnt().matrix("centres", 10, 10), 10)
                .with("weibull", recorded, 3);
        close(net, DetectorScore.of(openMax, own.site(), given).scoreFeatures(logits, none), expected, 1e-11);
        try (Network network = Golden.network(net, Precision.FLOAT32)) {
            double[] ended = score(network, own, items(net));
            close(net, ended, Arrays.copyOf(expected, 16), 1e-5);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void rankfeat_recordedImages_equalsIndependentFormula(Precision precision) {
        Map<String, Array> more = Golden.arrays("d2/parity.npz");
        String fused = "rankfeat:layer=/layer4/relu2/Relu_output_0+/layer3/relu2/Relu_output_0";
        try (Network network = Golden.network("d2", precision)) {
            double tolerance = precision == Precision.FLOAT64 ? 1e-11 : 1e-6;
            for (String text : List.of("rankfeat", fused)) {
                String key = text.equals(fused) ? "score_rankfeat_fused" : "score_rankfeat_last";
                double[] expected = Arrays.copyOf(more.get(key).toDoubles(), 16);
                close(key, score(network, plain(network, text), items("d2")), expected, tolerance);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"d1", "d2"})
    void lid_layersOfRecordedImages_equalsIndependentFormula(String net) {
        int item = net.equals("d1") ? 0 : 6;
        Map<String, double[]> layers = LAYERS.get(net);
        List<Detector> detectors = new ArrayList<>();
        List<Double> expected = new ArrayList<>();
        layers.forEach((layer, values) -> {
            for (int drop = 0; drop < 2; drop++) {
                detectors.add(Detectors.parse("lid:of=" + layer + ":drop=" + drop));
                expected.add(values[drop]);
            }
        });
        try (Network network = Golden.network(net, Precision.FLOAT32)) {
            FittedDetectors fitted =
                    DetectorFit.fit(network, near(Golden.arrays(net + "/parity.npz")), false, detectors, 1, done -> {});
            double[][] found = new Scorer(network, List.copyOf(fitted.scores()), 1)
                    .score(items(net).slice(item, item + 1))
                    .values();
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i][0])
                        .as(net + " " + Detectors.text(detectors.get(i)))
                        .isCloseTo(expected.get(i), within(1e-5 * expected.get(i)));
            }
        }
    }

    /** Attacked images as they were read by the reference, and through the network where the images are recorded too. */
    @ParameterizedTest
    @ValueSource(strings = {"d1", "d2"})
    void score_attackedImages_equalIndependentFormulas(String net) {
        GoldenDetectorsTest.Values values = GoldenDetectorsTest.Values.of(net);
        Map<String, Array> more = Golden.arrays(net + "/parity.npz");
        Array ascii = more.get("adv_keys");
        byte[] bytes = new byte[ascii.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ascii.get(i);
        }
        List<String> keys = List.of(new String(bytes, StandardCharsets.US_ASCII).split("\n"));
        double[][] expected = Readings.rows(more.get("adv_scores"));
        try (Network network = Golden.network(net, Precision.FLOAT32)) {
            Map<String, DetectorScore> fitted = fitted(network, values);
            fitted.forEach((key, score) -> {
                int column = keys.indexOf(key);
                double[] found = score.scoreFeatures(more.get("adv_logits"), more.get("adv_features"));
                double[] theirs = IntStream.range(0, found.length)
                        .mapToDouble(i -> expected[i][column] + (key.startsWith("msp") ? 1 : 0))
                        .toArray();
                close(net + " " + key, found, theirs, 1e-10);
            });
            // Those that look at the image or at whole layers.
            String layer = net.equals("d1") ? "relu2" : "layer4";
            String tensor = net.equals("d1") ? "/relu2/Relu_output_0" : "/layer4/relu2/Relu_output_0";
            DetectorScore lid = DetectorFit.fit(
                            network, near(more), false, List.of(Detectors.parse("lid:of=" + tensor)), 1, done -> {})
                    .scores()
                    .get(0);
            fitted.put("squeeze_l1_bit4", plain(network, "squeeze:bits=4:median=0"));
            fitted.put("squeeze_l1_median2", plain(network, "squeeze:bits=0:median=2"));
            fitted.put("lid_" + layer + "_k20", lid);
            assertThat(fitted.keySet()).containsExactlyInAnyOrderElementsOf(keys);
            List<String> names = List.copyOf(fitted.keySet());
            List<Score> scores = List.copyOf(fitted.values());
            Map<String, Array> attacks = Golden.arrays(net + "/attacks.npz");
            Map<String, int[]> places = net.equals("d1")
                    ? Map.of(BIM, at(0, 0), CW, at(0, 2), DEEPFOOL, at(0, 4))
                    : Map.of(DEEPFOOL, at(3, 4));
            places.forEach((attack, place) -> {
                Array image = attacks.get("adv_" + attack).slice(place[0], place[0] + 1);
                double[][] found = new Scorer(network, scores, 1)
                        .score(Dataset.of(image, Layout.NCHW, null))
                        .values();
                for (int i = 0; i < found.length; i++) {
                    String key = names.get(i);
                    double theirs = expected[place[1]][keys.indexOf(key)] + (key.startsWith("msp") ? 1 : 0);
                    assertThat(found[i][0])
                            .as(net + " " + attack + " " + key)
                            .isCloseTo(theirs, within(1e-5 * Math.max(1, Math.abs(theirs))));
                }
            });
        }
    }

    private static int[] at(int image, int row) {
        return new int[] {image, row};
    }

    private static Map<String, DetectorScore> fitted(Network network, GoldenDetectorsTest.Values values) {
        Site site = Site.of(network, 10);
        Map<String, DetectorScore> all = new LinkedHashMap<>(values.fitted(site));
        for (String of : List.of("features", "logits")) {
            DetectorFit fit = new DetectorFit(List.of(Detectors.parse("lid:of=" + of)), site);
            fit.add(values.fit().select(IntStream.range(0, 100).toArray()));
            all.put(
                    of.equals("features") ? "lid_feat_k20" : "lid_logits_k20",
                    fit.finish().get(0));
        }
        return all;
    }
}

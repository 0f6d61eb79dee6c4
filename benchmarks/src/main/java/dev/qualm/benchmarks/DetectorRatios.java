package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.fitted.Readings;
import dev.qualm.detect.fitted.Reads;
import dev.qualm.detect.fitted.Site;
import dev.qualm.gradient.GradNorm;
import dev.qualm.network.Network;
import dev.qualm.network.OnnxRuntime;
import dev.qualm.network.engine.Precision;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What detectors that read logits and features cost beside the forward pass that they share. Arguments as for {@link RatioTable}.
 *
 * <p>Those that compare an item with a bank of others have rows of their own, with banks of as many items as the fit has.
 */
public final class DetectorRatios {
    private static final int BATCH = 32;

    /** Batches of a data set. */
    private static final int MANY = 8;

    private static final int FIT = 1000;

    private static final Set<String> NEIGHBOURS = Set.of("knn", "nnguide", "relation", "lid");

    private static final Set<Score.Source> HEAD = Set.of(Score.Source.LOGITS, Score.Source.HEAD);

    /** What is read of logits, features and the last linear layer alone. */
    static final Set<Reads> ROWS = EnumSet.of(Reads.LOGITS, Reads.FEATURES, Reads.HEAD_WEIGHTS, Reads.LABELS);

    private DetectorRatios() {}

    public static void main(String[] arguments) {
        RatioTable table = RatioTable.begin(arguments);
        boolean each = arguments.length > 2 && arguments[2].equals("each");
        ShippedImages shipped = ShippedImages.load();
        try (Network network = Network.load(shipped.model())) {
            rows(table, "demo CNN", network, shipped.ordinary(), each);
        }
        try (Network network = Network.of(ResNet20.graph(1), Precision.FLOAT32)) {
            rows(table, "ResNet-20", network, Images.normal(FIT), each);
        }
        try (Network network = Network.of(MobileNet.graph(1), Precision.FLOAT32)) {
            rows(table, "MobileNet", network, Images.normal(FIT), each);
        }
    }

    private static void rows(RatioTable table, String name, Network network, Array images, boolean each) {
        Array fit = images.slice(0, FIT);
        Array batch = images.slice(0, BATCH);
        List<DetectorScore> all = fitted(network, fit);
        Predicate<DetectorScore> neighbours =
                s -> NEIGHBOURS.contains(s.detector().about().name());
        Predicate<DetectorScore> logits = s -> s.source() == Score.Source.LOGITS;
        row(table, name + ", logits", network, batch, select(all, logits), 1.1);
        row(table, name + ", logits and head", network, batch, select(all, neighbours.negate()), 1.1);
        row(table, name + ", neighbours", network, batch, select(all, neighbours), Double.NaN);
        onnxRuntime(table, name + ", logits, ONNX Runtime", network, images, select(all, logits));
        onnxRuntime(table, name + ", logits and head, ONNX Runtime", network, images, select(all, neighbours.negate()));
        if (each) {
            all.forEach(s -> row(table, name + ", " + s.name(), network, batch, List.of(s), Double.NaN));
        }
    }

    private static List<DetectorScore> select(List<DetectorScore> all, Predicate<DetectorScore> which) {
        return all.stream().filter(which).toList();
    }

    private static void row(
            RatioTable table, String name, Network network, Array batch, List<DetectorScore> scores, double bar) {
        Map<String, Array> feeds = Map.of(network.input().name(), batch);
        table.row(
                name + " (" + scores.size() + ")",
                bar,
                table.contest()
                        .add("Qualm", () -> {
                            try (Evidence evidence = Evidence.of(network, feeds, HEAD)) {
                                scores.forEach(s -> s.score(evidence));
                            }
                        })
                        .add("forward of " + batch.dim(0), () -> network.logits(batch)));
    }

    /** A whole data set, tables made, against as many bare forward passes that return logits. */
    private static void onnxRuntime(
            RatioTable table, String name, Network network, Array images, List<DetectorScore> scores) {
        Dataset data = Dataset.of(images.slice(0, MANY * BATCH), Layout.NCHW, null);
        try (OnnxRuntime runtime = OnnxRuntime.of(network);
                OrtModel bare = new OrtModel(network.graph(), 1, false)) {
            Scorer scorer = new Scorer(network, List.copyOf(scores), 1).on(runtime);
            List<Array> batches = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                batches.add(images.slice(i * BATCH, (i + 1) * BATCH));
            }
            table.row(
                    name + " (" + scores.size() + ")",
                    1.1,
                    table.contest()
                            .add("Qualm", () -> scorer.score(data))
                            .add(MANY + " bare forwards of " + BATCH, () -> batches.forEach(bare::logits)));
        }
    }

    /** Every detector that needs logits and features only. */
    private static List<DetectorScore> fitted(Network network, Array images) {
        String features = Objects.requireNonNull(network.structure().head()).features();
        Map<String, Array> read =
                network.run(images, List.of(network.structure().logits(), features));
        Array logits = network.asLogits(
                Objects.requireNonNull(read.get(network.structure().logits())));
        Array h = GradNorm.features(network, read.get(features));
        int[] labels = new int[images.dim(0)];
        Readings unlabelled = Readings.of(logits, h, labels);
        for (int i = 0; i < labels.length; i++) {
            // Two thirds are predicted right.
            labels[i] = i % 3 > 0 ? unlabelled.prediction(i) : i % logits.dim(1);
        }
        Readings readings = Readings.of(logits, h, labels);
        List<Detector> detectors = new ArrayList<>();
        Site site = Site.of(network, logits.dim(1));
        for (String name : Detectors.names()) {
            Detector d = Detectors.of(name, Map.of());
            if (ROWS.containsAll(d.about().reads())) {
                detectors.add(d);
            }
        }
        DetectorFit fit = new DetectorFit(detectors, site);
        fit.add(readings);
        return fit.finish();
    }
}

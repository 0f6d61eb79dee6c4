package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.gradient.GradNorm;
import dev.qualm.gradient.GradientMetrics;
import dev.qualm.gradient.Loss;
import dev.qualm.network.Network;
import dev.qualm.network.Sweep;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.training.Architectures;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Times of gradient scores as ratios to what the same passes cost when written by hand on libtorch, on one thread, in one run; prints
 * a Markdown table. Arguments: a pattern that the rows' names must contain; the seconds to spend on each row.
 */
/*
 * By hand there are three ways to run a batch: as it is, channels-last, and channels-last 16 images at a time. The fastest counts,
 * which is a harder standard than the plain one; the table shows both.
 */
public final class GradientRatios {
    private static final int CHUNK = 16;
    private static final int CLASSES = 10;

    private final RatioTable table;

    private GradientRatios(RatioTable table) {
        this.table = table;
    }

    public static void main(String[] args) {
        Engine.load();
        GradientRatios table = new GradientRatios(RatioTable.begin(args));
        table.network("demo CNN", Architectures.smallCnn(3, 32, 32, CLASSES, 1), 1.35);
        table.network("ResNet-20", ResNet20.graph(1), 1.5);
        table.network("ResNet-20 folded", folded(ResNet20.graph(1)), 1.5);
        table.network("MobileNet", MobileNet.graph(1), Double.NaN);
    }

    /** BatchNormalization folded into the convolutions for good: its weights are gone. */
    private static Graph folded(Graph graph) {
        try (Network network = Network.of(graph, Precision.FLOAT32);
                Network view = network.with(Views.foldBatchNorm())) {
            return view.graph();
        }
    }

    private void network(String name, Graph graph, double metricsBar) {
        try (Network network = Network.of(graph, Precision.FLOAT32);
                Network folded = network.with(Views.foldBatchNorm());
                HandNet plain = new HandNet(folded.graph(), false, false);
                HandNet last = new HandNet(folded.graph(), true, false);
                HandNet trained = new HandNet(graph, false, true);
                HandNet trainedLast = new HandNet(graph, true, true)) {
            expectSame(network, trained);
            for (int n : new int[] {64, 256}) {
                Array batch = Images.normal(n);
                String row = name + ", batch " + n;
                table.row(
                        row + ", forward + input gradient",
                        2.1,
                        contest("forward", net -> net.logits(batch), plain, last)
                                .add("forward, 16 at a time", () -> chunks(batch, last::logits))
                                .add("Qualm", () -> gradients(network, batch)));
                Consumer<HandNet> whole = net -> net.inputSweeps(batch, CLASSES - 1);
                table.row(
                        row + ", map of 10 classes",
                        1.15,
                        contest("by hand", whole, plain, last)
                                .add(
                                        "by hand, 16 at a time",
                                        () -> chunks(batch, c -> last.inputSweeps(c, CLASSES - 1)))
                                .add(
                                        "Qualm",
                                        () -> CosineSimilarityMaps.defaults().of(network, batch)));
                table.row(
                        row + ", metrics, 6 columns",
                        metricsBar,
                        contest("training step", net -> net.trainingStep(batch), trained, trainedLast)
                                .add("training steps of 16", () -> chunks(batch, trainedLast::trainingStep))
                                .add("Qualm", () -> GradientMetrics.defaults().of(network, batch)));
                table.row(
                        row + ", metrics, a loop over inputs",
                        0.25,
                        table.contest()
                                .add("steps of 1, metrics", () -> chunks(batch, trained::metricsStep, 1))
                                .add("steps of 1, no metrics", () -> chunks(batch, trained::trainingStep, 1))
                                .add("Qualm", () -> GradientMetrics.defaults().of(network, batch)));
                table.row(
                        row + ", GradNorm",
                        1.03,
                        table.contest()
                                .add("forward", () -> network.logits(batch))
                                .add("Qualm", () -> GradNorm.of(network, batch)));
            }
        }
    }

    private static void gradients(Network network, Array batch) {
        int rows = network.microBatch(Map.of(network.input().name(), batch));
        chunks(
                batch,
                part -> {
                    try (Sweep sweep = Sweep.of(network, part)) {
                        sweep.gradient(Images.ones(part.dim(0)));
                    }
                },
                rows);
    }

    private static void expectSame(Network network, HandNet byHand) {
        Array one = Images.normal(1);
        double[] ours = GradientMetrics.defaults()
                .withLoss(Loss.klToUniform())
                .of(network, one)
                .values()[0];
        double[] theirs = byHand.metricsStep(one);
        for (int c = 0; c < ours.length; c++) {
            // The mean is what is left of sums of both signs: its error is relative to the deviation.
            double scale = Math.max(Math.abs(theirs[c]), c == 2 ? theirs[3] : 0);
            if (!(Math.abs(ours[c] - theirs[c]) <= 1e-4 * scale)) {
                throw new IllegalStateException("Metric " + c + ": Qualm computes " + ours[c] + ", by hand it is "
                        + theirs[c] + "; times of different results mean nothing");
            }
        }
    }

    private Contest contest(String what, Consumer<HandNet> work, HandNet plain, HandNet last) {
        return table.contest()
                .add(what, () -> work.accept(plain))
                .add(what + ", channels last", () -> work.accept(last));
    }

    private static void chunks(Array batch, Consumer<Array> work) {
        chunks(batch, work, CHUNK);
    }

    private static void chunks(Array batch, Consumer<Array> work, int size) {
        for (int from = 0; from < batch.dim(0); from += size) {
            work.accept(batch.slice(from, Math.min(batch.dim(0), from + size)));
        }
    }
}

package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.Attributions;
import dev.qualm.attribution.ConductanceExplainer;
import dev.qualm.attribution.DifferentiableMaps;
import dev.qualm.attribution.Explainer;
import dev.qualm.attribution.LayerConductance;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.attribution.Target;
import dev.qualm.manipulation.GradientHessian;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Sweep;
import dev.qualm.network.Tape;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Graph;
import dev.qualm.training.Architectures;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Times of explanations, of attacks on them and of curvature, as ratios to forward passes of the same network on one thread, or to the
 * engine's double backward; prints a Markdown table. Arguments: a pattern that the rows' names must contain; seconds per row.
 */
/*
 * A forward pass counts as the fastest of: the same network's logits by Qualm, cut into micro-batches and not; and the same network by
 * hand on libtorch, channels-last.
 */
public final class ExplanationRatios {
    private static final int CLASSES = 10;
    private static final int PROBES = 16;

    private final RatioTable table;

    private ExplanationRatios(RatioTable table) {
        this.table = table;
    }

    public static void main(String[] args) {
        Engine.load();
        ExplanationRatios table = new ExplanationRatios(RatioTable.begin(args));
        table.network("demo CNN", Architectures.smallCnn(3, 32, 32, CLASSES, 1), 32);
        table.network("ResNet-20", ResNet20.graph(1), 32);
        table.network("MobileNet", MobileNet.graph(1), 32);
    }

    private void network(String name, Graph graph, int n) {
        Array batch = Images.normal(n);
        int[] classes = new int[n];
        try (Network network = Network.of(graph, Precision.FLOAT32);
                Network folded = network.with(Views.foldBatchNorm());
                HandNet byHand = new HandNet(folded.graph(), true, false)) {
            String at = name + ", batch " + n + ", ";
            for (String method : List.of("gradient", "lrp-z-plus", "lrp-epsilon-plus", "guided-backprop")) {
                try (Explainer explainer = Attributions.of(method).on(network, Target.logit())) {
                    Contest c = forwards(network, byHand, batch).add("Qualm", () -> explainer.explain(batch, classes));
                    table.row(at + method, method.equals("gradient") ? 2.3 : Double.NaN, c);
                }
            }
            attack(at, network, byHand, batch, "gradient", 10, 4.6);
            attack(at, network, byHand, batch, "lrp-z-plus", Double.POSITIVE_INFINITY, 7);
            conductance(at, network, batch);
            hessian(name + ", ", network);
        }
    }

    private Contest forwards(Network network, HandNet byHand, Array batch) {
        return table.contest()
                .add("forward", () -> network.logits(batch))
                .add("forward by hand", () -> byHand.logits(batch));
    }

    /** One step of an attack: a map, the outputs and the gradient of both. */
    private void attack(String at, Network network, HandNet byHand, Array batch, String name, double beta, double bar) {
        Attribution method = Attributions.of(name);
        try (SmoothedMaps maps = SmoothedMaps.of(method, network, Target.logit());
                Network smooth = Double.isInfinite(beta) ? network.with(g -> g) : network.with(Views.softplus(beta))) {
            DifferentiableMaps at10 = maps.apply(beta);
            int[] classes = new int[batch.dim(0)];
            Array u = Images.normal(batch.dim(0));
            Array v = Images.ones(batch.dim(0));
            int most = network.microBatch(Map.of(network.input().name(), batch));
            Runnable step = () -> {
                for (int from = 0; from < batch.dim(0); from += most) {
                    int to = Math.min(batch.dim(0), from + most);
                    try (DifferentiableMaps.Point p =
                            at10.at(batch.slice(from, to), Arrays.copyOfRange(classes, from, to))) {
                        p.maps();
                        p.pullback(u.slice(from, to), v.slice(from, to));
                    }
                }
            };
            Contest c = forwards(network, byHand, batch)
                    .add("forward of the smoothed network", () -> smooth.logits(batch))
                    .add("Qualm", step);
            table.row(at + "attack step on " + name, bar, c);
        }
    }

    /** All activations, against forward and reverse passes at as many points. */
    private void conductance(String at, Network network, Array batch) {
        int steps = 10;
        LayerConductance method = LayerConductance.defaults().along(dev.qualm.attribution.Quadrature.trapezoid(steps));
        int[] classes = new int[batch.dim(0)];
        int most = network.microBatch(Map.of(network.input().name(), batch));
        try (ConductanceExplainer explainer = method.on(network, Target.logit())) {
            Contest c = table.contest()
                    .add("floor: as many forward and reverse passes", () -> {
                        for (int k = 0; k <= steps; k++) {
                            for (int from = 0; from < batch.dim(0); from += most) {
                                Array part = batch.slice(from, Math.min(batch.dim(0), from + most));
                                try (Sweep sweep = Sweep.of(network, part)) {
                                    sweep.gradient(Images.ones(part.dim(0)));
                                }
                            }
                        }
                    })
                    .add("Qualm", () -> explainer.explain(batch, classes));
            table.row(at + "conductance of all activations, " + steps + " steps", 1.15, c);
        }
    }

    private void hessian(String at, Network network) {
        Array image = Images.normal(1);
        double[][] probes = new double[PROBES][];
        for (int k = 0; k < PROBES; k++) {
            probes[k] = Images.normal(PROBES).slice(k, k + 1).toDoubles();
        }
        double beta = 10;
        try (Network smooth = network.with(Views.softplus(beta));
                SmoothedMaps maps = SmoothedMaps.of(Attributions.of("gradient"), network, Target.logit())) {
            DifferentiableMaps gradient = maps.apply(beta);
            expectSame(gradient, smooth, image, probes);
            Contest c = table.contest()
                    .add("double backward, recorded for each", () -> {
                        for (double[] p : probes) {
                            doubleBackward(smooth, image, new double[][] {p});
                        }
                    })
                    .add("double backward, recorded once", () -> doubleBackward(smooth, image, probes))
                    .add("Qualm", () -> {
                        try (GradientHessian h = GradientHessian.of(gradient, image, 0)) {
                            h.times(probes);
                        }
                    });
            table.row(at + PROBES + " Hessian products", 0.25, c);
        }
    }

    private static void expectSame(DifferentiableMaps gradient, Network smooth, Array image, double[][] probes) {
        try (GradientHessian h = GradientHessian.of(gradient, image, 0)) {
            double[] ours = h.times(probes)[1];
            double[] theirs = doubleBackward(smooth, image, probes)[1];
            double scale = Arrays.stream(theirs).map(Math::abs).max().orElseThrow();
            for (int i = 0; i < ours.length; i++) {
                if (!(Math.abs(ours[i] - theirs[i]) <= 1e-3 * scale)) {
                    throw new IllegalStateException(
                            "Hessian products differ: " + ours[i] + " and " + theirs[i] + " of " + scale);
                }
            }
        }
    }

    private static double[][] doubleBackward(Network network, Array image, double[][] probes) {
        double[][] out = new double[probes.length][];
        try (Tape tape = Tape.record(network, image, Recording.ofInput(network));
                NativeScope scope = NativeScope.recording()) {
            Tensor x = tape.value(network.structure().differentiable());
            Tensor one = Tensors.of(Images.oneHot(), Precision.FLOAT32);
            Tensor g = tape.gradients(tape.logits(), one, List.of(x), true).get(0);
            for (int k = 0; k < probes.length; k++) {
                Tensor v = Tensors.of(Array.of(probes[k], image.shape()).asFloat32(), Precision.FLOAT32);
                out[k] =
                        Tensors.toArray(tape.gradients(g, v, List.of(x)).get(0)).toDoubles();
            }
        }
        return out;
    }
}

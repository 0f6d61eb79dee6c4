package dev.qualm.attribution;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Sums of gradient times change of activation along a path, of some inputs, run by run. Close it. */
final class ConductanceSums implements AutoCloseable {
    /** The last point of the run before, and what was summed so far. */
    private static final class Layer {
        @Nullable
        Tensor lastActivation;

        @Nullable
        Tensor lastGradient;

        double[] values = new double[0];
        double[] totals = new double[0];
        int[] shape = new int[0];
    }

    private final PathRule rule;
    private final LayerConductance.Positions positions;
    private final Map<String, Layer> layers = new HashMap<>();

    ConductanceSums(List<String> names, PathRule rule, LayerConductance.Positions positions) {
        this.rule = rule;
        this.positions = positions;
        names.forEach(name -> layers.put(name, new Layer()));
    }

    /**
     * Adds a run.
     *
     * @param run by key: what was summed within it, the shapes of layers if means are asked for, and activations and gradients at its first and last point
     * @param several whether the path takes other runs, with steps between them
     */
    void add(Function<String, Tensor> run, boolean several) {
        layers.forEach((name, layer) -> {
            try (NativeScope scope = NativeScope.values()) {
                Tensor sums = run.apply("s:" + name);
                boolean mean = positions == LayerConductance.Positions.MEAN;
                long[] shape = mean ? Tensors.toLongs(run.apply("n:" + name)) : Tensors.dims(sums);
                add(layer, Tensors.shape(sums), shape, Tensors.toArray(sums).toDoubles(), 1);
                if (several) {
                    between(layer, run.apply("a:" + name), run.apply("g:" + name));
                }
            }
        });
    }

    private void between(Layer layer, Tensor a, Tensor g) {
        long n = a.size(0) / 2;
        if (layer.lastActivation != null && layer.lastGradient != null) {
            sum(layer, step(layer.lastActivation, a.narrow(0, 0, n), layer.lastGradient, g.narrow(0, 0, n)));
        }
        replace(layer, a.narrow(0, n, n), g.narrow(0, n, n));
    }

    /** Gradient times change for each element of each step, twice that where two gradients are averaged. */
    private Tensor step(Tensor a, Tensor next, Tensor g, Tensor nextGradient) {
        Tensor change = next.sub(a);
        return switch (rule) {
            case RIGHT -> change.mul_(nextGradient);
            case LEFT -> change.mul_(g);
            case TRAPEZOID -> change.mul_(g.add(nextGradient));
        };
    }

    private void sum(Layer layer, Tensor step) {
        Tensor summed = step;
        if (step.dim() > 2 && positions != LayerConductance.Positions.EACH) {
            long[] axes = new long[(int) step.dim() - 2];
            for (int i = 0; i < axes.length; i++) {
                axes[i] = i + 2;
            }
            summed = step.sum(axes, false, new ScalarTypeOptional());
        }
        double once = rule == PathRule.TRAPEZOID ? 0.5 : 1;
        add(
                layer,
                Tensors.shape(summed),
                Tensors.dims(step),
                Tensors.toArray(summed).toDoubles(),
                once);
    }

    /** @param of shape of the layer, whatever its first axis */
    private void add(Layer layer, int[] shape, long[] of, double[] more, double once) {
        int n = shape[0];
        layer.shape = shape;
        if (layer.values.length == 0) {
            layer.values = new double[more.length];
            layer.totals = new double[n];
        }
        double share = once;
        if (positions == LayerConductance.Positions.MEAN) {
            for (int i = 2; i < of.length; i++) {
                share /= of[i];
            }
        }
        int size = more.length / n;
        for (int i = 0; i < more.length; i++) {
            layer.values[i] += share * more[i];
            layer.totals[i / size] += once * more[i];
        }
    }

    private static void replace(Layer layer, Tensor a, Tensor g) {
        // Copies: the run's own memory is freed with it.
        Tensor lastA = a.clone();
        Tensor lastG = g.clone();
        lastA.retainReference();
        lastG.retainReference();
        free(layer);
        layer.lastActivation = lastA;
        layer.lastGradient = lastG;
    }

    private static void free(Layer layer) {
        for (Tensor t : new @Nullable Tensor[] {layer.lastActivation, layer.lastGradient}) {
            if (t != null) {
                t.releaseReference();
            }
        }
        layer.lastActivation = null;
        layer.lastGradient = null;
    }

    /** The conductance of a layer's units. */
    Array values(String name) {
        Layer layer = java.util.Objects.requireNonNull(layers.get(name));
        return Array.of(layer.values, layer.shape);
    }

    /** Sum over all units and positions, per input. */
    double[] totals(String name) {
        return java.util.Objects.requireNonNull(layers.get(name)).totals;
    }

    @Override
    public void close() {
        layers.values().forEach(ConductanceSums::free);
    }
}

package dev.qualm.manipulation;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.Network;
import dev.qualm.network.Sweep;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import java.util.List;

/**
 * Gradient of one class logit, straight from a network: two passes per image, where {@link LogitGradient} pays for the map as
 * well.
 *
 * @param network with one input; for second derivatives a smoothed one, best in float64
 * @param shape of one image, for example {@code [c, h, w]}
 * @param target the class
 */
public record NetworkGradient(Network network, int[] shape, int target) implements GradientField {
    public NetworkGradient {
        shape = shape.clone();
    }

    @Override
    public double[][] gradients(double[][] points) {
        DType dtype = network.precision() == Precision.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        double[][] out = new double[points.length][];
        for (int from = 0; from < points.length; from += ExplanationAttack.GROUP) {
            int to = Math.min(points.length, from + ExplanationAttack.GROUP);
            Array batch = Rows.batch(dtype, List.of(points).subList(from, to), shape);
            try (NativeScope scope = NativeScope.values();
                    Sweep sweep = Sweep.of(network, batch)) {
                int classes = (int) sweep.logits().size(1);
                Array gradient = sweep.gradient(chosen(to - from, classes));
                for (int i = from; i < to; i++) {
                    out[i] = Rows.row(gradient, i - from);
                }
            }
        }
        return out;
    }

    private Array chosen(int rows, int classes) {
        ManipulationException.require(target >= 0 && target < classes, "a class", "from 0 to " + (classes - 1), target);
        double[] v = new double[rows * classes];
        for (int i = 0; i < rows; i++) {
            v[i * classes + target] = 1;
        }
        return Array.of(v, rows, classes);
    }
}

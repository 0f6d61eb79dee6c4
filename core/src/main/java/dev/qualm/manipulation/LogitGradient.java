package dev.qualm.manipulation;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.DifferentiableMaps;
import java.util.Arrays;
import java.util.List;

/**
 * Gradient of one class logit, from any implementation of {@link DifferentiableMaps}: the pullback of the logits alone.
 *
 * @param maps at the smoothing in question
 * @param dtype element type of the network's input, FLOAT32 or FLOAT64
 * @param shape of one image, for example {@code [c, h, w]}
 * @param target the class
 */
public record LogitGradient(DifferentiableMaps maps, DType dtype, int[] shape, int target) implements GradientField {
    public LogitGradient {
        shape = shape.clone();
    }

    @Override
    public double[][] gradients(double[][] points) {
        double[][] out = new double[points.length][];
        for (int from = 0; from < points.length; from += ExplanationAttack.GROUP) {
            int to = Math.min(points.length, from + ExplanationAttack.GROUP);
            Array batch = Rows.batch(dtype, List.of(points).subList(from, to), shape);
            int[] classes = new int[to - from];
            Arrays.fill(classes, target);
            try (DifferentiableMaps.Point point = maps.at(batch, classes)) {
                Points.require(point, to - from);
                Array gradient = Points.pullback(
                        point, batch, null, chosen(point.logits().shape()));
                for (int i = from; i < to; i++) {
                    out[i] = Rows.row(gradient, i - from);
                }
            }
        }
        return out;
    }

    private Array chosen(int... logits) {
        ManipulationException.require(
                target >= 0 && target < logits[1], "a class", "from 0 to " + (logits[1] - 1), target);
        double[] v = new double[Array.size(logits)];
        for (int i = 0; i < logits[0]; i++) {
            v[i * logits[1] + target] = 1;
        }
        return Array.of(v, logits);
    }
}

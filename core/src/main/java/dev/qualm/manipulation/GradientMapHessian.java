package dev.qualm.manipulation;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.DifferentiableMaps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Products with the Hessian of a class logit, exact up to rounding: the derivative of the gradient map, which is symmetric.
 *
 * <p>Unlike {@link FiniteDifferenceHessian} it does not look across kinks: where a max-pooling window holds equal values, as on
 * black background, differences of gradients divided by a tiny step are of any size.
 *
 * @param maps of the method {@code gradient}, started with 1, at the smoothing in question
 * @param dtype element type of the network's input, at best FLOAT64
 * @param shape of one image, for example {@code [c, h, w]}
 * @param target the class
 * @param point the image, {@code [size]}
 */
public record GradientMapHessian(DifferentiableMaps maps, DType dtype, int[] shape, int target, double[] point)
        implements HessianProducts {
    public GradientMapHessian {
        shape = shape.clone();
        point = point.clone();
    }

    @Override
    public int size() {
        return point.length;
    }

    @Override
    public double[][] times(double[][] probes) {
        double[][] out = new double[probes.length][];
        for (int from = 0; from < probes.length; from += ExplanationAttack.GROUP) {
            int to = Math.min(probes.length, from + ExplanationAttack.GROUP);
            List<double[]> copies = new ArrayList<>();
            for (int i = from; i < to; i++) {
                copies.add(point);
            }
            Array batch = Rows.batch(dtype, copies, shape);
            int[] classes = new int[to - from];
            Arrays.fill(classes, target);
            try (DifferentiableMaps.Point at = maps.at(batch, classes)) {
                Points.require(at, classes.length);
                Array products = Points.pullback(
                        at, batch, Rows.batch(dtype, List.of(probes).subList(from, to), shape), null);
                for (int i = from; i < to; i++) {
                    out[i] = Rows.row(products, i - from);
                }
            }
        }
        return out;
    }
}

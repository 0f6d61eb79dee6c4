package dev.qualm.manipulation;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.DifferentiableMaps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Products with the Hessian of a class's quantity at one image: the pullback of the gradient map. Close it.
 *
 * <p>One forward and one reverse pass serve all products; each then costs two forward passes, and several go together.
 */
/*
 * The Hessian is symmetric, so that the pullback of v through the gradient is its product with v. The reverse pass is a graph, and so is
 * its reverse pass: nothing is recorded twice, and the values at the image are shared by all probes of a group.
 */
public final class GradientHessian implements HessianProducts, AutoCloseable {
    /** Probes that go through the network together. */
    private static final int GROUP = 16;

    private final DifferentiableMaps gradient;
    private final Array image;
    private final int target;
    private final DifferentiableMaps.@Nullable Point[] points = new DifferentiableMaps.Point[GROUP + 1];

    private GradientHessian(DifferentiableMaps gradient, Array image, int target) {
        this.gradient = gradient;
        this.image = image;
        this.target = target;
    }

    /**
     * Products at an image.
     *
     * @param gradient maps of the plain gradient, at some smoothing
     * @param image {@code [1, ...]}
     * @param target the class, or {@link dev.qualm.attribution.MapFunction#PREDICTED}
     */
    public static GradientHessian of(DifferentiableMaps gradient, Array image, int target) {
        ManipulationException.require(image.rank() > 1 && image.dim(0) == 1, "one image", "of shape [1, ...]", image);
        return new GradientHessian(gradient, image, target);
    }

    @Override
    public int size() {
        return image.size();
    }

    /** The gradient itself. */
    public double[] gradient() {
        return point(1).maps().toDoubles();
    }

    @Override
    public double[][] times(double[][] probes) {
        List<double[]> out = new ArrayList<>();
        for (int from = 0; from < probes.length; from += GROUP) {
            double[][] group = Arrays.copyOfRange(probes, from, Math.min(probes.length, from + GROUP));
            int[] shape = image.shape();
            shape[0] = group.length;
            DType dtype = image.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
            Array u = Rows.batch(dtype, List.of(group), Arrays.copyOfRange(shape, 1, shape.length));
            Array products = point(group.length).pullback(u, null);
            for (int i = 0; i < group.length; i++) {
                out.add(Rows.row(products, i));
            }
        }
        return out.toArray(double[][]::new);
    }

    private DifferentiableMaps.Point point(int times) {
        DifferentiableMaps.Point point = points[times];
        if (point == null) {
            point = times == 1 ? gradient.at(image, new int[] {target}) : gradient.at(image, target, times);
            points[times] = point;
        }
        return point;
    }

    @Override
    public void close() {
        for (int i = 0; i < points.length; i++) {
            DifferentiableMaps.Point point = points[i];
            if (point != null) {
                point.close();
                points[i] = null;
            }
        }
    }
}

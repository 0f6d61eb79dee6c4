package dev.qualm.manipulation;

/**
 * Hessian products from gradients alone, {@code H v = (grad(x + e v) - grad(x - e v)) / 2e}: two gradients per product, for
 * networks with an operator that lacks a second derivative.
 *
 * @param field gradients
 * @param point the image, {@code [size]}
 * @param step length of {@code e v} for every v, positive; see {@link #at}
 */
public record FiniteDifferenceHessian(GradientField field, double[] point, double step) implements HessianProducts {
    public FiniteDifferenceHessian {
        ManipulationException.require(step > 0 && Double.isFinite(step), "a step", "above 0", step);
        point = point.clone();
    }

    /**
     * With the step that balances truncation (second power of the step) and rounding (its inverse): the cube root of the
     * rounding unit, relative to the length of the image.
     *
     * @param doubles whether the network runs in float64
     */
    public static FiniteDifferenceHessian at(GradientField field, double[] point, boolean doubles) {
        double unit = doubles ? Math.ulp(1.0) : Math.ulp(1.0f);
        return new FiniteDifferenceHessian(field, point, Math.cbrt(unit) * Math.max(1, Vectors.norm(point)));
    }

    @Override
    public int size() {
        return point.length;
    }

    @Override
    public double[][] times(double[][] probes) {
        double[][] points = new double[2 * probes.length][];
        for (int i = 0; i < probes.length; i++) {
            double e = scale(probes[i]);
            points[2 * i] = point.clone();
            Vectors.add(points[2 * i], probes[i], e);
            points[2 * i + 1] = point.clone();
            Vectors.add(points[2 * i + 1], probes[i], -e);
        }
        double[][] gradients = field.gradients(points);
        double[][] out = new double[probes.length][];
        for (int i = 0; i < probes.length; i++) {
            double e = scale(probes[i]);
            out[i] = Vectors.times(Vectors.minus(gradients[2 * i], gradients[2 * i + 1]), e == 0 ? 0 : 1 / (2 * e));
        }
        return out;
    }

    private double scale(double[] probe) {
        double length = Vectors.norm(probe);
        return length == 0 ? 0 : step / length;
    }
}

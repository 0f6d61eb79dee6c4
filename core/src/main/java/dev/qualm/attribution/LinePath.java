package dev.qualm.attribution;

/**
 * The straight line from a baseline to the input.
 *
 * @param quadrature where it is sampled
 */
record LinePath(Quadrature quadrature, Baseline baseline) implements AveragedMaps.Path {
    @Override
    public int size() {
        return quadrature.size();
    }

    @Override
    public double weight(int k) {
        return quadrature.weights()[k];
    }

    @Override
    public void pull(int k, double[] x, double[] g, double[] out) {
        for (int i = 0; i < x.length; i++) {
            out[i] += quadrature.nodes()[k] * g[i];
        }
    }

    @Override
    public void point(int k, double[] x, int[] shape, double[] out) {
        double t = quadrature.nodes()[k];
        for (int i = 0; i < x.length; i++) {
            double from = baseline.at(i, shape);
            out[i] = from + t * (x[i] - from);
        }
    }

    @Override
    public double factor(double x, int i, int[] shape) {
        return x - baseline.at(i, shape);
    }

    @Override
    public double factorSlope() {
        return 1;
    }
}

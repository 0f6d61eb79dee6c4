package dev.qualm.attribution;

import java.util.Arrays;

/**
 * Where a path integral over [0, 1] is sampled, and with what weights.
 *
 * @param name in kebab case
 * @param nodes increasing, in [0, 1]
 * @param weights one per node; they sum to 1
 */
public record Quadrature(String name, double[] nodes, double[] weights) {
    public Quadrature {
        nodes = nodes.clone();
        weights = weights.clone();
    }

    /** n equal steps, sampled at their right ends: first order; what most published code does. */
    public static Quadrature rightRiemann(int n) {
        return uniform("riemann-right", n, 1);
    }

    /** n equal steps, sampled in their middle: second order. */
    public static Quadrature midpoint(int n) {
        return uniform("midpoint", n, 0.5);
    }

    private static Quadrature uniform(String name, int n, double offset) {
        check(n, 1);
        double[] nodes = new double[n];
        double[] weights = new double[n];
        for (int k = 0; k < n; k++) {
            nodes[k] = (k + offset) / n;
            weights[k] = 1.0 / n;
        }
        return new Quadrature(name, nodes, weights);
    }

    /** n equal steps with both ends, n + 1 nodes: second order, and the ends come for nothing where they are needed anyway. */
    public static Quadrature trapezoid(int n) {
        check(n, 1);
        double[] nodes = new double[n + 1];
        double[] weights = new double[n + 1];
        for (int k = 0; k <= n; k++) {
            nodes[k] = (double) k / n;
            weights[k] = (k == 0 || k == n ? 0.5 : 1) / n;
        }
        return new Quadrature("trapezoid", nodes, weights);
    }

    /** Gauss-Legendre with n nodes, none of them an end: exact for polynomials of degree 2n - 1. */
    /*
     * Newton's method on the Legendre polynomial from Chebyshev-like starts (Press et al., Numerical Recipes, section 4.6); five steps
     * reach the last bit.
     */
    public static Quadrature gaussLegendre(int n) {
        check(n, 1);
        double[] nodes = new double[n];
        double[] weights = new double[n];
        for (int k = 0; k < n; k++) {
            double x = -Math.cos(Math.PI * (k + 0.75) / (n + 0.5));
            double slope = 1;
            for (int step = 0; step < 8; step++) {
                double p = 1;
                double before = 0;
                for (int j = 1; j <= n; j++) {
                    double next = ((2 * j - 1) * x * p - (j - 1) * before) / j;
                    before = p;
                    p = next;
                }
                slope = n * (x * p - before) / (x * x - 1);
                x -= p / slope;
            }
            nodes[k] = (x + 1) / 2;
            weights[k] = 1 / ((1 - x * x) * slope * slope);
        }
        return new Quadrature("gauss-legendre", nodes, weights);
    }

    private static void check(int n, int least) {
        if (n < least) {
            throw new IllegalArgumentException("Expected at least " + least + " steps, but found " + n);
        }
    }

    /** Number of nodes. */
    public int size() {
        return nodes.length;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Quadrature q
                && name.equals(q.name)
                && Arrays.equals(nodes, q.nodes)
                && Arrays.equals(weights, q.weights);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(nodes);
    }

    /** For example {@code gauss-legendre 20}. */
    @Override
    public String toString() {
        return name + " " + (name.equals("trapezoid") ? nodes.length - 1 : nodes.length);
    }
}

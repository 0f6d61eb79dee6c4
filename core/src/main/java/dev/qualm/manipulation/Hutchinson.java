package dev.qualm.manipulation;

import dev.qualm.Status;
import java.util.SplittableRandom;

/**
 * The Frobenius norm of a matrix known by its products: {@code |H|_F^2 = E |H v|^2} over random signs v (Hutchinson 1990).
 *
 * @param probes at least 2
 * @param seed of the signs
 */
public record Hutchinson(int probes, long seed) {
    /** Probes per call; a product of a network keeps memory for each. */
    private static final int TOGETHER = 16;

    public Hutchinson {
        ManipulationException.require(probes >= 2, "probes", "of at least 2, or there is no standard error", probes);
    }

    /** 32 probes. */
    public static Hutchinson usual(long seed) {
        return new Hutchinson(32, seed);
    }

    /**
     * An estimate.
     *
     * @param norm estimated Frobenius norm
     * @param standardError of the norm, from the spread over probes; 0 for a norm of 0
     * @param probes spent
     * @param status ok, or {@code NON_FINITE}
     */
    public record Estimate(double norm, double standardError, int probes, Status status) {}

    /** Estimates the norm. */
    public Estimate of(HessianProducts matrix) {
        SplittableRandom random = Seeds.of(seed, 0, 0);
        double[] squares = new double[probes];
        for (int from = 0; from < probes; from += TOGETHER) {
            double[][] signs = new double[Math.min(TOGETHER, probes - from)][];
            for (int i = 0; i < signs.length; i++) {
                signs[i] = Seeds.signs(random, matrix.size());
            }
            double[][] products = matrix.times(signs);
            for (int i = 0; i < signs.length; i++) {
                squares[from + i] = Vectors.dot(products[i], products[i]);
            }
        }
        if (!Vectors.isFinite(squares)) {
            Status why = Status.nonFinite("a product with the matrix holds NaN or infinity");
            return new Estimate(Double.NaN, Double.NaN, probes, why);
        }
        double norm = Math.sqrt(Vectors.mean(squares));
        double[] spread = Vectors.centred(squares);
        double ofSquare = Math.sqrt(Vectors.dot(spread, spread) / (probes - 1.0) / probes);
        // The derivative of the root passes the error on.
        return new Estimate(norm, norm == 0 ? 0 : ofSquare / (2 * norm), probes, Status.OK);
    }
}

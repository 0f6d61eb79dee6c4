package dev.qualm.manipulation;

import dev.qualm.Status;
import java.util.ArrayList;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.jspecify.annotations.Nullable;

/**
 * The eigenvalue of largest absolute value of a symmetric matrix known by its products (Lanczos 1950; with full
 * reorthogonalisation, Golub and Van Loan 2013, section 10.3).
 *
 * @param products at most, at least 1
 * @param tolerance residual, relative to the eigenvalue, at which to stop
 * @param seed of the random first vector
 */
/*
 * After m products the matrix is represented on the Krylov space by a tridiagonal T of size m. For an eigenpair (t, s) of T
 * and y = V s the residual |H y - t y| is beta_m |s_m|, so an eigenvalue of H lies within that distance of t, and for an
 * extreme one the error is about the square of it over the gap. That it belongs to the largest eigenvalue, and not to another,
 * holds with probability one for exact arithmetic and enough products, and is no theorem for few. Reorthogonalising twice costs
 * 4 m D per product, little next to a sweep of a network, and keeps copies of converged eigenvalues away.
 */
public record Lanczos(int products, double tolerance, long seed) {
    /** A lucky start must not end it at an eigenvalue that merely came first. */
    private static final int AT_LEAST = 5;

    public Lanczos {
        ManipulationException.require(products >= 1, "products", "of at least 1", products);
        ManipulationException.require(tolerance >= 0 && tolerance < 1, "a tolerance", "in [0, 1)", tolerance);
    }

    /** 20 products, residual of 1 %. */
    public static Lanczos usual(long seed) {
        return new Lanczos(20, 1e-2, seed);
    }

    /**
     * What was found.
     *
     * @param eigenvalue of largest absolute value, with its sign; NaN if a product was not finite
     * @param vector its unit eigenvector
     * @param residual an eigenvalue lies within this distance of {@code eigenvalue}
     * @param converged whether the residual is at most the tolerance times the absolute eigenvalue
     * @param products spent
     * @param status ok, or {@code NON_FINITE}
     */
    public record Result(
            double eigenvalue, double[] vector, double residual, boolean converged, int products, Status status) {}

    /** Looks for the eigenvalue. */
    public Result of(HessianProducts matrix) {
        int size = matrix.size();
        ManipulationException.require(size >= 1, "a matrix", "of at least one row", size);
        List<double[]> basis = new ArrayList<>();
        double[] diagonal = new double[products];
        double[] off = new double[products];
        double[] next = Seeds.gaussian(Seeds.of(seed, 0, 0), size);
        next = Vectors.times(next, 1 / Vectors.norm(next));
        double scale = 0;
        for (int m = 0; ; m++) {
            basis.add(next);
            double[] w = matrix.times(new double[][] {next})[0];
            if (!Vectors.isFinite(w)) {
                return failed(size, m + 1);
            }
            diagonal[m] = Vectors.dot(w, next);
            orthogonalise(w, basis);
            off[m] = Vectors.norm(w);
            scale = Math.max(scale, Math.max(Math.abs(diagonal[m]), off[m]));
            // The space is invariant: nothing is left but rounding.
            boolean exhausted = off[m] <= 1e-13 * scale || m + 1 >= size;
            Result found = ritz(basis, diagonal, exhausted ? 0 : off[m], off);
            if (exhausted || m + 1 == products || (m + 1 >= AT_LEAST && found.converged())) {
                return found;
            }
            next = Vectors.times(w, 1 / off[m]);
        }
    }

    private static void orthogonalise(double[] w, List<double[]> basis) {
        for (int pass = 0; pass < 2; pass++) {
            for (double[] v : basis) {
                Vectors.add(w, v, -Vectors.dot(w, v));
            }
        }
    }

    private Result ritz(List<double[]> basis, double[] diagonal, double last, double[] off) {
        int m = basis.size();
        DMatrixRMaj t = new DMatrixRMaj(m, m);
        for (int i = 0; i < m; i++) {
            t.set(i, i, diagonal[i]);
            if (i > 0) {
                t.set(i, i - 1, off[i - 1]);
                t.set(i - 1, i, off[i - 1]);
            }
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(m, true, true);
        if (!eigen.decompose(t)) {
            return failed(basis.get(0).length, m);
        }
        int best = 0;
        for (int i = 1; i < m; i++) {
            if (magnitude(eigen, i) > magnitude(eigen, best)) {
                best = i;
            }
        }
        @Nullable DMatrixRMaj s = eigen.getEigenVector(best);
        if (s == null) {
            return failed(basis.get(0).length, m);
        }
        double[] vector = new double[basis.get(0).length];
        for (int i = 0; i < m; i++) {
            Vectors.add(vector, basis.get(i), s.get(i));
        }
        double value = eigen.getEigenvalue(best).getReal();
        double residual = last * Math.abs(s.get(m - 1));
        return new Result(value, vector, residual, residual <= tolerance * Math.abs(value), m, Status.OK);
    }

    private static double magnitude(EigenDecomposition_F64<DMatrixRMaj> eigen, int i) {
        return Math.abs(eigen.getEigenvalue(i).getReal());
    }

    private static Result failed(int size, int products) {
        double[] none = new double[size];
        java.util.Arrays.fill(none, Double.NaN);
        Status why = Status.nonFinite("product " + products + " with the matrix holds NaN or infinity");
        return new Result(Double.NaN, none, Double.NaN, false, products, why);
    }
}

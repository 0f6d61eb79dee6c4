package dev.qualm.detect.wrong;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * Logistic regression with an L2 penalty: minimises {@code sum of log losses + l2 / 2 * |weights|^2}; the bias is not penalised. The
 * penalty keeps the weights finite where a plane separates right from wrong, and unique where there are more features than rows. Features
 * should be of like scale.
 *
 * @param l2 strength of the penalty, positive; scikit-learn's {@code 1 / C}
 */
/*
 * Newton's method (iteratively reweighted least squares; Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, section
 * 4.4.1). The loss is strictly convex, so a step along Newton's direction that is halved until the loss falls enough (Armijo) always ends
 * at the minimum; it ends with the step that promises less than 1e-12 of the loss.
 */
public record LogisticRegression(double l2) implements BinaryModel {
    /** Penalty 1. */
    public static final LogisticRegression DEFAULT = new LogisticRegression(1);

    private static final int MOST_STEPS = 200;

    public LogisticRegression {
        FitException.require(l2 > 0 && Double.isFinite(l2), "an L2 penalty", "above 0", l2);
    }

    @Override
    public String name() {
        return "logistic-regression";
    }

    @Override
    public LinearModel fit(double[][] rows, boolean[] wrong, long seed) {
        Rows.require(name(), rows, wrong, 1);
        int p = rows[0].length;
        double[] at = new double[p + 1];
        double share = Rows.count(wrong) / (double) wrong.length;
        at[p] = Math.log(share / (1 - share));
        double loss = loss(rows, wrong, at);
        for (int s = 0; s < MOST_STEPS; s++) {
            DMatrixRMaj gradient = new DMatrixRMaj(p + 1, 1);
            DMatrixRMaj hessian = new DMatrixRMaj(p + 1, p + 1);
            derivatives(rows, wrong, at, gradient.data, hessian.data);
            double[] step = solve(hessian, gradient);
            double promise = 0;
            for (int k = 0; k <= p; k++) {
                promise += step[k] * gradient.data[k];
            }
            if (promise <= 1e-12 * (1e-10 + loss)) {
                // The loss can no longer tell points apart, the gradient can: one more step doubles the digits.
                at = moved(at, step, 1);
                break;
            }
            double length = 1;
            double[] next = moved(at, step, length);
            double reached = loss(rows, wrong, next);
            while (!(reached <= loss - 1e-4 * length * promise) && length > 1e-10) {
                length /= 2;
                next = moved(at, step, length);
                reached = loss(rows, wrong, next);
            }
            if (!(reached < loss)) {
                break;
            }
            at = next;
            loss = reached;
        }
        return new LinearModel(java.util.Arrays.copyOf(at, p), at[p]);
    }

    private static double[] moved(double[] at, double[] step, double length) {
        double[] out = at.clone();
        for (int k = 0; k < out.length; k++) {
            out[k] -= length * step[k];
        }
        return out;
    }

    private static double logOdds(double[] row, double[] at) {
        double sum = at[row.length];
        for (int k = 0; k < row.length; k++) {
            sum += at[k] * row[k];
        }
        return sum;
    }

    private double loss(double[][] rows, boolean[] wrong, double[] at) {
        double sum = 0;
        for (int k = 0; k < at.length - 1; k++) {
            sum += l2 / 2 * at[k] * at[k];
        }
        for (int i = 0; i < rows.length; i++) {
            double z = wrong[i] ? -logOdds(rows[i], at) : logOdds(rows[i], at);
            // log(1 + e^z) without overflow.
            sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
        }
        return sum;
    }

    private void derivatives(double[][] rows, boolean[] wrong, double[] at, double[] gradient, double[] hessian) {
        int p = at.length - 1;
        int w = p + 1;
        for (int i = 0; i < rows.length; i++) {
            double[] row = rows[i];
            double probability = Rows.sigmoid(logOdds(row, at));
            double error = probability - (wrong[i] ? 1 : 0);
            double weight = probability * (1 - probability);
            for (int a = 0; a < w; a++) {
                double x = a < p ? row[a] : 1;
                gradient[a] += error * x;
                double weighted = weight * x;
                for (int b = 0; b < a; b++) {
                    hessian[a * w + b] += weighted * row[b];
                }
                hessian[a * w + a] += weighted * x;
            }
        }
        for (int a = 0; a < p; a++) {
            gradient[a] += l2 * at[a];
            hessian[a * w + a] += l2;
        }
        // Where all rows are far from the plane the bias has no curvature left.
        hessian[w * w - 1] += 1e-12 * rows.length;
        for (int a = 0; a < w; a++) {
            for (int b = 0; b < a; b++) {
                hessian[b * w + a] = hessian[a * w + b];
            }
        }
    }

    private static double[] solve(DMatrixRMaj hessian, DMatrixRMaj gradient) {
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.symmPosDef(hessian.numRows);
        DMatrixRMaj step = new DMatrixRMaj(gradient.numRows, 1);
        if (!solver.setA(hessian.copy())) {
            throw new FitException("Fitting logistic regression: the Hessian is not positive definite; the features"
                    + " differ too much in scale, so scale them, or raise the L2 penalty");
        }
        solver.solve(gradient, step);
        return step.data;
    }
}

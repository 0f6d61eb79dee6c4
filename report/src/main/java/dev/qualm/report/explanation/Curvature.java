package dev.qualm.report.explanation;

/**
 * How curved the model is at a picture and on the way to the attacked one; NaN where a number is unknown.
 *
 * @param largestEigenvalue largest absolute eigenvalue of the output's Hessian
 * @param frobenius Frobenius norm of the Hessian
 * @param gradientNorm Euclidean norm of the output's gradient
 * @param pathIntegral of the curvature along the straight way to the attacked picture
 * @param arcLength how far the gradient's direction travels on that way
 * @param bound on the direction's change that theory gives
 * @param boundVoid why the bound does not hold for this model; empty if it does, or if there is none
 */
public record Curvature(
        double largestEigenvalue,
        double frobenius,
        double gradientNorm,
        double pathIntegral,
        double arcLength,
        double bound,
        String boundVoid) {
    /** Nothing is known. */
    public static final Curvature UNKNOWN =
            new Curvature(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, "");
}

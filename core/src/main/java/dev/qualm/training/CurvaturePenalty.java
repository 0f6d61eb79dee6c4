package dev.qualm.training;

/**
 * Penalty on curvature (Dombrowski, Anders, Müller, Kessel, "Towards robust explanations for deep neural networks", Pattern
 * Recognition 2022): {@code lambda} times the mean over items of the squared Frobenius norm of the Hessian of the label's logit by the
 * input. Flat decision surfaces leave gradient explanations little to be turned by.
 *
 * <p>The norm is estimated as {@code |H v|^2} with one {@code v} of independent standard normal entries for each item and step, whose
 * expectation it is. The Hessian of a network of ReLU is zero wherever it exists, so such networks are refused: train
 * {@code Views.softplus(beta)} of them.
 *
 * @param lambda weight, positive
 */
public record CurvaturePenalty(double lambda) {
    public CurvaturePenalty {
        TrainingException.require(lambda > 0 && Double.isFinite(lambda), "a weight lambda", "above 0", lambda);
    }
}

package dev.qualm.manipulation;

import java.util.List;

/**
 * A bound on the largest principal curvature of a softplus network's level sets (Dombrowski et al. 2019, theorem 1). The
 * theorem is about networks of linear layers and softplus; one node with a kink (max-pooling, ReLU, absolute value, clipping,
 * top-k) voids it.
 *
 * @param value the bound
 * @param nonSmooth nodes that void it; empty where it holds
 */
public record CurvatureBound(double value, List<String> nonSmooth) {
    public CurvatureBound {
        nonSmooth = List.copyOf(nonSmooth);
    }

    public boolean isVoid() {
        return !nonSmooth.isEmpty();
    }

    /**
     * At one image: {@code (1 / |grad|) sum_l |J_l|^2 max_i |g_l act''(z_l)|_i}. It follows from {@code H = sum_l J_l^T diag(g_l
     * act''(z_l)) J_l}.
     *
     * @param gradientNorm of the function at the image, positive
     * @param jacobianNorms spectral norms of {@code J_l = d z_l / d x}, one per activation
     * @param curvatures largest absolute value of {@code g_l act''(z_l)}, one per activation, with {@code g_l} the derivative
     *     of the function by the activation's output
     */
    public static CurvatureBound local(
            double gradientNorm, double[] jacobianNorms, double[] curvatures, List<String> nonSmooth) {
        requireNorm(gradientNorm);
        ManipulationException.require(
                jacobianNorms.length == curvatures.length,
                "one curvature per activation",
                "for " + jacobianNorms.length + " Jacobian norms",
                curvatures.length);
        double sum = 0;
        for (int l = 0; l < curvatures.length; l++) {
            sum += jacobianNorms[l] * jacobianNorms[l] * curvatures[l];
        }
        return new CurvatureBound(sum / gradientNorm, nonSmooth);
    }

    /**
     * Everywhere: {@code (beta / 4) sum_l (prod_{k <= l} |W_k|)^2 prod_{k > l} |W_k| / c}, with a softplus after every layer
     * but the last. A quarter of beta is the largest second derivative of softplus; the paper takes beta.
     *
     * @param beta of the softplus, positive
     * @param weightNorms spectral norms of the linear layers in order, the last one without activation
     * @param gradientNorm smallest gradient norm c on the patch, positive
     */
    public static CurvatureBound global(
            double beta, double[] weightNorms, double gradientNorm, List<String> nonSmooth) {
        requireNorm(gradientNorm);
        ManipulationException.require(beta > 0, "a beta", "above 0", beta);
        double sum = 0;
        for (int l = 0; l + 1 < weightNorms.length; l++) {
            double below = 1;
            double above = 1;
            for (int k = 0; k < weightNorms.length; k++) {
                below *= k <= l ? weightNorms[k] : 1;
                above *= k > l ? weightNorms[k] : 1;
            }
            sum += below * below * above;
        }
        return new CurvatureBound(beta / 4 * sum / gradientNorm, nonSmooth);
    }

    private static void requireNorm(double gradientNorm) {
        ManipulationException.require(gradientNorm > 0, "a gradient norm", "above 0", gradientNorm);
    }
}

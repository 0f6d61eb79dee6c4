package dev.qualm.manipulation;

import dev.qualm.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Curvature of a class logit at one image.
 *
 * @param gradientNorm of the logit, per unit of the network's input
 * @param largest eigenvalue of largest absolute value of the Hessian
 * @param principal largest principal curvature of the level set, or null where the gradient vanishes
 * @param frobenius norm of the Hessian, estimated
 * @param nonSmooth nodes with kinks, which no Hessian sees; empty if there are none
 * @param status ok, or {@code ZERO_GRADIENT} or {@code NON_FINITE}
 */
public record Curvature(
        double gradientNorm,
        Lanczos.Result largest,
        Lanczos.@Nullable Result principal,
        Hutchinson.Estimate frobenius,
        List<String> nonSmooth,
        Status status) {
    public Curvature {
        nonSmooth = List.copyOf(nonSmooth);
    }

    /**
     * Measures at one image.
     *
     * @param hessian of the logit there
     * @param gradient of the logit there
     * @param nonSmooth nodes with kinks, from the network's list
     */
    public static Curvature of(
            HessianProducts hessian,
            double[] gradient,
            Lanczos lanczos,
            Hutchinson hutchinson,
            List<String> nonSmooth) {
        double norm = Vectors.norm(gradient);
        boolean normal = norm > 0 && Double.isFinite(norm);
        Lanczos.Result largest = lanczos.of(hessian);
        Lanczos.Result principal = normal ? lanczos.of(new LevelSet(hessian, gradient)) : null;
        Hutchinson.Estimate frobenius = hutchinson.of(hessian);
        Status status = !Double.isFinite(norm)
                ? Status.nonFinite("the gradient holds NaN or infinity")
                : norm == 0
                        ? Status.zeroGradient("the gradient vanishes, so the level set has no normal here")
                        : largest.status().isOk() ? frobenius.status() : largest.status();
        return new Curvature(norm, largest, principal, frobenius, nonSmooth, status);
    }
}

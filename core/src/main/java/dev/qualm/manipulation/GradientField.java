package dev.qualm.manipulation;

/** Gradients of a scalar function of an image, at many images. */
@FunctionalInterface
public interface GradientField {
    /**
     * Gradients.
     *
     * @param points {@code [k][size]}
     * @return {@code [k][size]}
     */
    double[][] gradients(double[][] points);
}

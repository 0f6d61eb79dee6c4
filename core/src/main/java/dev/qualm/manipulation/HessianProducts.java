package dev.qualm.manipulation;

/**
 * Products with the Hessian of a scalar function at one image, or with another symmetric matrix, without the matrix.
 *
 * <p>The function of curvature measures is a class logit of a smoothed network; where a ReLU is left, its Hessian is zero
 * almost everywhere and says nothing about the kinks.
 */
public interface HessianProducts {
    /** Number of rows, the size of an image. */
    int size();

    /**
     * Products with several vectors at once.
     *
     * @param probes {@code [k][size]}, unchanged
     * @return {@code [k][size]}, new arrays
     */
    double[][] times(double[][] probes);
}

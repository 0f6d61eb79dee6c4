package dev.qualm.report.explanation;

/**
 * How far a picture was moved, with pixels in 0 to 1; NaN where a number is unknown.
 *
 * @param l2 Euclidean norm of the difference over all pixels and channels
 * @param linf largest absolute difference
 * @param ssim structural similarity of the two pictures
 */
public record ImageChange(double l2, double linf, double ssim) {
    /** Nothing is known. */
    public static final ImageChange UNKNOWN = new ImageChange(Double.NaN, Double.NaN, Double.NaN);
}

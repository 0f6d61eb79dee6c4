package dev.qualm.report.explanation;

/**
 * How alike two relevance maps are; NaN where a number is unknown.
 *
 * @param pcc Pearson correlation, -1 to 1
 * @param ssim structural similarity, about 0 to 1, with the maps' own range as data range
 * @param mse mean squared difference, in the maps' unit
 */
public record Similarity(double pcc, double ssim, double mse) {
    /** Nothing is known. */
    public static final Similarity UNKNOWN = new Similarity(Double.NaN, Double.NaN, Double.NaN);
}

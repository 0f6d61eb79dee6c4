package dev.qualm.metric;

/**
 * Cosine of two maps taken as vectors, in [-1, 1]: blind to scale, not to offset. NaN when a map is zero everywhere.
 */
public record MapCosine() implements MapSimilarity {
    @Override
    public String name() {
        return "cosine";
    }

    @Override
    public boolean growsWithLikeness() {
        return true;
    }

    @Override
    public double compare(double[] a, double[] b, int height, int width) {
        return Cosines.of(a, b);
    }
}

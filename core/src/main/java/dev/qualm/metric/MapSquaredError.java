package dev.qualm.metric;

/**
 * Mean squared difference of two maps, in squared units of the maps: bring maps to one scale first (Dombrowski et al.
 * 2019, section 3, compare maps whose absolute values sum to 1). 0 for equal maps; always defined.
 */
public record MapSquaredError() implements MapSimilarity {
    @Override
    public String name() {
        return "mse";
    }

    @Override
    public boolean growsWithLikeness() {
        return false;
    }

    @Override
    public double compare(double[] a, double[] b, int height, int width) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum / a.length;
    }
}

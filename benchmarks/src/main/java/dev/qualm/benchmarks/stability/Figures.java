package dev.qualm.benchmarks.stability;

import java.util.Arrays;
import java.util.Locale;

/** One figure measured on several trained models, with the interval of Student's t over the models. */
final class Figures {
    /** 97.5 % quantiles of Student's t by degrees of freedom. */
    private static final double[] T = {Double.NaN, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};

    private Figures() {}

    /** {@code mean [low, high]} with three decimals; the mean alone of a single model. */
    static String text(double... values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        if (values.length < 2 || values.length > T.length) {
            return String.format(Locale.ROOT, "%.3f", mean);
        }
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double half = T[values.length - 1] * Math.sqrt(squares / (values.length - 1) / values.length);
        return String.format(Locale.ROOT, "%.3f ± %.3f", mean, half);
    }
}

package dev.qualm.mutation;

import dev.qualm.QualmException;
import dev.qualm.metric.Normal;
import java.util.Arrays;
import java.util.Locale;

/**
 * A threshold for the label change rate, found on clean, correctly classified inputs that neither the classifier nor any
 * number in a report was made with. A prediction is doubted if its rate is strictly above it.
 *
 * @param value the threshold
 * @param rule how it was found
 * @param inputs how many clean inputs it comes from
 */
public record LcrThreshold(double value, String rule, int inputs) {
    /** The factor nMutant uses for 99%, rounded. */
    private static final double NMUTANT_Z = 2.58;

    /** As nMutant has it: mean plus half-width of the 99% confidence interval of the mean, 2.58 std/sqrt(n). */
    public static LcrThreshold nMutant(double[] clean) {
        return ofMean(clean, NMUTANT_Z, 1, "mean + 2.58 std/sqrt(n), as in nMutant");
    }

    /**
     * The upper end of a confidence interval of the mean rate, scaled. It says where the mean of clean inputs is, not how
     * many of them lie above: about half of them may.
     *
     * @param confidence two-sided level between 0 and 1, 0.99 in nMutant
     * @param extendScale multiplies the result, positive; 1 in nMutant
     */
    public static LcrThreshold meanHalfWidth(double[] clean, double confidence, double extendScale) {
        if (!(confidence > 0 && confidence < 1) || !(extendScale > 0)) {
            throw new QualmException("Expected a confidence between 0 and 1 and a positive scale, but found "
                    + confidence + " and " + extendScale);
        }
        String rule = "(mean + half-width at confidence " + confidence + ") * " + extendScale;
        return ofMean(clean, Normal.twoSided(confidence), extendScale, rule);
    }

    private static LcrThreshold ofMean(double[] clean, double z, double scale, String rule) {
        checked(clean);
        double value = (mean(clean) + z * std(clean) / Math.sqrt(clean.length)) * scale;
        return new LcrThreshold(value, rule, clean.length);
    }

    /**
     * {@code (mean + std) * phi}, the rule in a script of Wu, Michel, Briot 2019, with {@code phi = 0.5} there.
     *
     * @param phi positive
     */
    public static LcrThreshold meanPlusStd(double[] clean, double phi) {
        if (!(phi > 0)) {
            throw new QualmException("Expected a positive factor phi, but found " + phi);
        }
        checked(clean);
        return new LcrThreshold((mean(clean) + std(clean)) * phi, "(mean + std) * " + phi, clean.length);
    }

    /**
     * The split-conformal quantile: a clean input that is exchangeable with {@code clean} is above it with probability at
     * most {@code falseAlarms}, whatever the distribution. Rates tie heavily; an input that ties with the threshold is not
     * above it, so that ties can only lower the rate of false alarms.
     *
     * @param falseAlarms between 0 and 1; needs at least {@code 1/falseAlarms - 1} clean inputs
     */
    /*
     * Above the threshold means a conformal p-value (1 + #{clean >= x})/(n + 1) of at most falseAlarms: the threshold is the
     * j-th largest clean rate with j the largest count that keeps j/(n + 1) <= falseAlarms. The product rounds; the
     * candidate is moved until it agrees with the quotient, as in LcrCurtailment.
     */
    public static LcrThreshold conformal(double[] clean, double falseAlarms) {
        if (!(falseAlarms > 0 && falseAlarms < 1)) {
            throw new QualmException("Expected a rate of false alarms between 0 and 1, but found " + falseAlarms);
        }
        double[] sorted = checked(clean).clone();
        Arrays.sort(sorted);
        double total = sorted.length + 1.0;
        int j = (int) Math.floor(total * falseAlarms) + 1;
        while (j / total > falseAlarms) {
            j--;
        }
        if (j < 1) {
            throw new QualmException(String.format(
                    Locale.ROOT,
                    "Expected at least %d clean inputs for a rate of false alarms of %s, but found %d; add inputs or"
                            + " allow more false alarms",
                    (long) Math.ceil(1 / falseAlarms) - 1,
                    falseAlarms,
                    clean.length));
        }
        String rule = "split-conformal, false alarms at most " + falseAlarms;
        return new LcrThreshold(sorted[sorted.length - j], rule, clean.length);
    }

    private static double[] checked(double[] clean) {
        if (clean.length == 0) {
            throw new QualmException("Expected label change rates of clean inputs, but found none");
        }
        for (int i = 0; i < clean.length; i++) {
            if (!(clean[i] >= 0 && clean[i] <= 1)) {
                throw new QualmException(
                        "Expected label change rates from 0 to 1, but found " + clean[i] + " for input " + i);
            }
        }
        return clean;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }

    /** With divisor n, as both scripts have it. */
    private static double std(double[] values) {
        double mean = mean(values);
        return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / values.length);
    }

    /** For example {@code 0.169 (split-conformal, false alarms at most 0.05; 1000 clean inputs)}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.4g (%s; %d clean inputs)", value, rule, inputs);
    }
}

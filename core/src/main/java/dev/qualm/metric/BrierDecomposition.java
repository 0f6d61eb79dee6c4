package dev.qualm.metric;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.Locale;

/**
 * What a Brier score is made of (Murphy, Journal of Applied Meteorology 12, 1973; the two terms of coarse bins after
 * Stephenson, Coelho and Jolliffe, Weather and Forecasting 23, 2008). Always
 * {@code brier = reliability - resolution + uncertainty + withinVariance - withinCovariance}.
 *
 * @param reliability weighted squared distance of forecast and frequency in each group; 0 is calibrated
 * @param resolution weighted squared distance of the groups' frequencies from the overall one; larger is better
 * @param uncertainty variance of the outcome, which no forecast changes
 * @param withinVariance spread of the forecasts inside groups; 0 when groups are distinct forecasts
 * @param withinCovariance twice the covariance of forecast and outcome inside groups; 0 when groups are distinct
 *     forecasts
 * @param n number of cases
 */
public record BrierDecomposition(
        double reliability,
        double resolution,
        double uncertainty,
        double withinVariance,
        double withinCovariance,
        int n) {
    /**
     * Murphy's own: one group for each distinct forecast. Forecasts that are all distinct are all their own group; use
     * {@link #of(double[], boolean[], int)} then.
     *
     * @param forecast probability of the event, one a case, in [0, 1]
     * @param happened whether the event came
     */
    public static BrierDecomposition of(double[] forecast, boolean[] happened) {
        requireForecasts(forecast, happened);
        double[] sorted = Ranking.sorted("forecast", forecast);
        int[] group = Arrays.stream(forecast)
                .mapToInt(f -> Ranking.countBelow(sorted, f, false))
                .toArray();
        return grouped(forecast, happened, group, forecast.length);
    }

    /**
     * With groups of equal width, as {@link Binning#EQUAL_WIDTH} cuts them.
     *
     * @param bins number of groups, at least 1
     */
    public static BrierDecomposition of(double[] forecast, boolean[] happened, int bins) {
        requireForecasts(forecast, happened);
        if (bins < 1) {
            throw new MetricException("Expected at least 1 bin, but found " + bins);
        }
        int[] group = Arrays.stream(forecast)
                .mapToInt(f -> CalibrationError.equalWidthBin(f, bins, false))
                .toArray();
        return grouped(forecast, happened, group, bins);
    }

    /** Of the predicted class: parts of {@link Brier#topLabel}. */
    public static BrierDecomposition topLabel(TopLabel predictions, int bins) {
        return of(predictions.confidences(), predictions.corrects(), bins);
    }

    /**
     * Of all classes: the sum over classes of the parts of "it is this class", so that they add up to
     * {@link Brier#allClasses}.
     *
     * @param probabilities {@code [n, classes]}
     * @param labels true class of each row
     */
    public static BrierDecomposition allClasses(Array probabilities, int[] labels, int bins) {
        TopLabel.requireProbabilities(probabilities, labels);
        int classes = probabilities.dim(1);
        double[] sums = new double[5];
        for (int k = 0; k < classes; k++) {
            double[] forecast = new double[labels.length];
            boolean[] happened = new boolean[labels.length];
            for (int i = 0; i < labels.length; i++) {
                forecast[i] = Math.min(1, probabilities.get(i * classes + k));
                happened[i] = labels[i] == k;
            }
            BrierDecomposition one = of(forecast, happened, bins);
            sums[0] += one.reliability;
            sums[1] += one.resolution;
            sums[2] += one.uncertainty;
            sums[3] += one.withinVariance;
            sums[4] += one.withinCovariance;
        }
        return new BrierDecomposition(sums[0], sums[1], sums[2], sums[3], sums[4], labels.length);
    }

    private static void requireForecasts(double[] forecast, boolean[] happened) {
        if (forecast.length != happened.length || forecast.length == 0) {
            throw new ShapeException("Expected as many marks as forecasts and at least one, but found "
                    + forecast.length + " forecasts and " + happened.length + " marks");
        }
        for (int i = 0; i < forecast.length; i++) {
            if (!(forecast[i] >= 0 && forecast[i] <= 1)) {
                throw new MetricException("Expected forecasts in [0, 1], but found " + forecast[i] + " at index " + i);
            }
        }
    }

    private static BrierDecomposition grouped(double[] forecast, boolean[] happened, int[] group, int groups) {
        int n = forecast.length;
        int[] count = new int[groups];
        double[] forecasts = new double[groups];
        double[] events = new double[groups];
        double all = 0;
        for (int i = 0; i < n; i++) {
            count[group[i]]++;
            forecasts[group[i]] += forecast[i];
            events[group[i]] += happened[i] ? 1 : 0;
            all += happened[i] ? 1 : 0;
        }
        double rate = all / n;
        double reliability = 0;
        double resolution = 0;
        for (int g = 0; g < groups; g++) {
            if (count[g] > 0) {
                forecasts[g] /= count[g];
                events[g] /= count[g];
                double weight = count[g] / (double) n;
                reliability += weight * (forecasts[g] - events[g]) * (forecasts[g] - events[g]);
                resolution += weight * (events[g] - rate) * (events[g] - rate);
            }
        }
        double variance = 0;
        double covariance = 0;
        for (int i = 0; i < n; i++) {
            double f = forecast[i] - forecasts[group[i]];
            variance += f * f / n;
            covariance += 2 * f * ((happened[i] ? 1 : 0) - events[group[i]]) / n;
        }
        return new BrierDecomposition(reliability, resolution, rate * (1 - rate), variance, covariance, n);
    }

    /** The score the parts add up to. */
    public double brier() {
        return reliability - resolution + uncertainty + withinVariance - withinCovariance;
    }

    /** Resolution with the terms inside groups: what the score gains, whatever the groups. */
    public double generalisedResolution() {
        return resolution - withinVariance + withinCovariance;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Brier %.4f = reliability %.4f - resolution %.4f + uncertainty %.4f; n = %d",
                brier(),
                reliability,
                generalisedResolution(),
                uncertainty,
                n);
    }
}

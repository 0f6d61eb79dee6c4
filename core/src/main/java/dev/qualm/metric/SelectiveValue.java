package dev.qualm.metric;

import java.util.Locale;

/**
 * A selective metric as measured, with what a reader needs to compare it.
 *
 * @param metric which number, with its definition
 * @param value the number
 * @param n number of predictions
 * @param wrong number of wrong ones among them
 * @param interval how sure it is
 */
public record SelectiveValue(SelectiveMetric metric, double value, int n, int wrong, Interval interval) {
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s %.4f, %s; %d wrong of %d; %s",
                metric.label(),
                value,
                interval,
                wrong,
                n,
                metric.tieRule());
    }
}

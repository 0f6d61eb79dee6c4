package dev.qualm.metric;

import java.util.Locale;

/**
 * A share of successes among independent trials, such as accuracy or a false-alarm rate, with its intervals.
 *
 * @param successes how often it happened
 * @param n number of trials, at least 1
 */
public record Proportion(long successes, long n) {
    public Proportion {
        if (n < 1 || successes < 0 || successes > n) {
            throw new MetricException(
                    "Expected 0 <= successes <= n and n >= 1, but found " + successes + " successes of " + n);
        }
    }

    /** The share of trues. */
    public static Proportion of(boolean[] outcomes) {
        long successes = 0;
        for (boolean outcome : outcomes) {
            successes += outcome ? 1 : 0;
        }
        return new Proportion(successes, outcomes.length);
    }

    public double value() {
        return successes / (double) n;
    }

    /** The 95% Wilson interval. */
    public Interval interval() {
        return wilson(Interval.DEFAULT_LEVEL);
    }

    /**
     * The score interval of Wilson (JASA 22, 1927): covers about {@code level} on average, never leaves [0, 1], and
     * keeps a width when the share is 0 or 1.
     */
    public Interval wilson(double level) {
        MetricException.requireLevel("confidence level", level);
        double z = Normal.twoSided(level);
        double zz = z * z / n;
        double centre = (value() + zz / 2) / (1 + zz);
        double half = z / (1 + zz) * Math.sqrt(value() * (1 - value()) / n + zz / (4 * n));
        double low = successes == 0 ? 0 : Math.max(0, centre - half);
        double high = successes == n ? 1 : Math.min(1, centre + half);
        return new Interval(low, high, level, "Wilson");
    }

    /**
     * The exact interval of Clopper and Pearson (Biometrika 26, 1934): covers at least {@code level} whatever the true
     * share, at the price of width. Use it for guarantees.
     */
    public Interval clopperPearson(double level) {
        MetricException.requireLevel("confidence level", level);
        double tail = (1 - level) / 2;
        double low = successes == 0
                ? 0
                : Roots.bisect(p -> Beta.cdf(p, (double) successes, n - successes + 1.0) < tail, 0, value());
        double high = successes == n
                ? 1
                : Roots.bisect(p -> Beta.cdf(p, successes + 1.0, (double) (n - successes)) > 1 - tail, 1, value());
        return new Interval(low, high, level, "Clopper-Pearson");
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.4f (%d of %d; %s)", value(), successes, n, interval());
    }
}

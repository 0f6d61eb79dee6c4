package dev.qualm.report.explanation;

import dev.qualm.report.chart.Palette;
import dev.qualm.report.chart.Rgb;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Which colour a relevance has: zero is always white. Signed relevance runs from blue at {@code -bound} to red at {@code bound},
 * relevance that is nowhere negative from white to dark purple.
 *
 * @param signed whether there are negative values
 * @param bound where the colours end, 0 if all values are 0
 * @param percentile the share of pixels, in percent, whose strength the colours were made to reach
 * @param clipped whether values lie beyond the bound; they have the colour of the end
 */
public record RelevanceScale(boolean signed, double bound, double percentile, boolean clipped) {
    /** Percentile at which no value is clipped. */
    public static final double WHOLE = 100;

    public RelevanceScale {
        if (!(bound >= 0) || Double.isInfinite(bound)) {
            throw new IllegalArgumentException("Expected a finite bound of at least 0, but found " + bound);
        }
    }

    /** The whole range of one map. */
    public static RelevanceScale of(RelevanceMap map) {
        return of(List.of(map), WHOLE);
    }

    /**
     * The common range of some maps.
     *
     * @param percentile of the absolute values, above 0 and at most 100: the colours end there, so that a few extreme pixels do
     *     not bleach all others. Where that is 0, they end at the largest value
     */
    public static RelevanceScale of(Collection<RelevanceMap> maps, double percentile) {
        if (!(percentile > 0 && percentile <= WHOLE)) {
            throw new IllegalArgumentException(
                    "Expected a percentile above 0 and at most 100, but found " + percentile);
        }
        boolean signed = maps.stream().anyMatch(m -> Arrays.stream(m.values()).anyMatch(v -> v < 0));
        double[] strengths = maps.stream()
                .flatMapToDouble(m -> Arrays.stream(m.values()))
                .filter(Double::isFinite)
                .map(Math::abs)
                .sorted()
                .toArray();
        int n = strengths.length;
        double largest = n == 0 ? 0 : strengths[n - 1];
        double bound = n == 0 ? 0 : strengths[Math.max(0, (int) Math.ceil(percentile / WHOLE * n) - 1)];
        double chosen = bound > 0 ? bound : largest;
        boolean infinite = maps.stream().anyMatch(m -> Arrays.stream(m.values()).anyMatch(Double::isInfinite));
        return new RelevanceScale(signed, chosen, percentile, infinite || largest > chosen);
    }

    /** The same for signed maps, if {@code also}. */
    RelevanceScale orSigned(boolean also) {
        return new RelevanceScale(signed || also, bound, percentile, clipped);
    }

    /** Share of the bound in 0 to 1; NaN for NaN. */
    double strength(double v) {
        if (Double.isNaN(v)) {
            return Double.NaN;
        }
        if (v == 0) {
            return 0;
        }
        return bound > 0 ? Math.min(1, Math.abs(v) / bound) : 1;
    }

    /** The colour; grey for NaN. */
    public Rgb colour(double v) {
        double strength = strength(v);
        if (Double.isNaN(strength)) {
            return Palette.UNDEFINED;
        }
        Ramp ramp = !signed ? Ramp.SEQUENTIAL : v < 0 ? Ramp.BLUE : Ramp.RED;
        return ramp.at(v < 0 && !signed ? 0 : strength);
    }
}

package dev.qualm.attribution;

import org.jspecify.annotations.Nullable;

/**
 * What methods found by name take, where they take it.
 *
 * @param bounds least and largest value of each input channel, for the z-box rule; null if unknown
 * @param patterns of the network's layers, for PatternNet and PatternAttribution; null if not learned
 * @param baseline for methods that compare with one
 * @param steps of path integrals; 0 for the method's own
 * @param samples of noise; 0 for the method's own
 * @param level of noise in ranges of each input; 0 for the method's own
 * @param layer for methods that look at one; empty to choose
 * @param seed of noise
 */
public record AttributionOptions(
        @Nullable Bounds bounds,
        @Nullable Patterns patterns,
        Baseline baseline,
        int steps,
        int samples,
        double level,
        String layer,
        long seed) {
    /** Nothing given. */
    public static AttributionOptions none() {
        return new AttributionOptions(null, null, Baseline.zero(), 0, 0, 0, "", 0);
    }

    public AttributionOptions withBounds(@Nullable Bounds newBounds) {
        return new AttributionOptions(newBounds, patterns, baseline, steps, samples, level, layer, seed);
    }

    public AttributionOptions withPatterns(@Nullable Patterns newPatterns) {
        return new AttributionOptions(bounds, newPatterns, baseline, steps, samples, level, layer, seed);
    }

    public AttributionOptions withBaseline(Baseline newBaseline) {
        return new AttributionOptions(bounds, patterns, newBaseline, steps, samples, level, layer, seed);
    }

    public AttributionOptions withSteps(int newSteps) {
        return new AttributionOptions(bounds, patterns, baseline, newSteps, samples, level, layer, seed);
    }

    public AttributionOptions withSamples(int newSamples, double newLevel, long newSeed) {
        return new AttributionOptions(bounds, patterns, baseline, steps, newSamples, newLevel, layer, newSeed);
    }

    public AttributionOptions withLayer(String newLayer) {
        return new AttributionOptions(bounds, patterns, baseline, steps, samples, level, newLayer, seed);
    }
}

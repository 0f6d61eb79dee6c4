package dev.qualm.detect.wrong;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How samples were read, as far as it changes their features: two readings can be compared only if they agree. */
final class Reading {
    private static final List<String> CONDUCTANCE = List.of("layer", "positions", "rule", "path", "baseline");

    private Reading() {}

    /** The settings behind some features, as text. */
    static String of(Set<Feature> features, Samples samples) {
        Map<String, String> entries = samples.provenance().entries();
        List<String> parts = new ArrayList<>();
        if (features.contains(Feature.CONDUCTANCE)) {
            CONDUCTANCE.forEach(key -> parts.add(key + "=" + entries.getOrDefault(key, "unknown")));
        }
        if (features.contains(Feature.LCR)) {
            parts.add("mutants=" + entries.getOrDefault("mutants", "unknown"));
        }
        return String.join(", ", parts);
    }

    static void requireSame(Set<Feature> features, Samples one, Samples two) {
        require(of(features, one), features, two);
    }

    static void require(String expected, Set<Feature> features, Samples samples) {
        String found = of(features, samples);
        if (!found.equals(expected)) {
            throw new FitException("Expected features read as those the detector is fitted on (" + expected + "), but"
                    + " found (" + found + "); read all samples with the same settings and the same mutants");
        }
    }
}

package dev.qualm.detect.wrong;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What the detector of wrong predictions looks at. Each grows with distrust, once the conductance has been through its model. */
public enum Feature {
    /** The conductance of each feature map of the last layer: did the usual maps carry this prediction? */
    CONDUCTANCE("conductance"),
    /** The label change rate: does the prediction survive small changes of the model? */
    LCR("lcr"),
    /** One minus the largest softmax probability. */
    MSP("msp"),
    /** The gap between the two largest softmax probabilities, negated. */
    MARGIN("margin");

    private final String label;

    Feature(String label) {
        this.label = label;
    }

    /** The name users type. */
    public String label() {
        return label;
    }

    /**
     * The features in a text such as {@code conductance+lcr}.
     *
     * @throws FitException naming the legal names if one is unknown, or none is given
     */
    public static Set<Feature> parse(String text) {
        EnumSet<Feature> found = EnumSet.noneOf(Feature.class);
        for (String part : text.split("\\+", -1)) {
            String name = part.strip().toLowerCase(Locale.ROOT);
            List<Feature> match =
                    Arrays.stream(values()).filter(f -> f.label.equals(name)).toList();
            if (match.isEmpty()) {
                throw new FitException("There is no feature '" + part.strip() + "'; there are "
                        + Arrays.stream(values()).map(Feature::label).toList() + ", joined by +");
            }
            found.addAll(match);
        }
        return found;
    }

    /** The text that {@link #parse} reads. */
    public static String format(Set<Feature> features) {
        return Arrays.stream(values())
                .filter(features::contains)
                .map(Feature::label)
                .collect(Collectors.joining("+"));
    }
}

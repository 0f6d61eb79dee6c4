package dev.qualm.sustainability;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;

/** Random changes of pixels; the strength is in units of pixels, or a share of them. */
public enum Noise {
    /** Adds normal noise; the strength is its standard deviation. */
    GAUSSIAN,
    /** Adds uniform noise from minus to plus the strength. */
    UNIFORM,
    /** Multiplies by 1 plus normal noise; the strength is its standard deviation. */
    SPECKLE,
    /** Makes a share of the pixels white, the largest valid value. */
    SALT,
    /** Makes a share of the pixels black, the least valid value. */
    PEPPER,
    /** Makes a share of the pixels white or black, half of it each. */
    SALT_AND_PEPPER;

    /** As on a command line: {@code salt-and-pepper}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The noise of a label.
     *
     * @throws SustainabilityException if there is none, listing all
     */
    public static Noise of(String label) {
        return Arrays.stream(values())
                .filter(n -> n.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new SustainabilityException("Expected one of the noises "
                        + Arrays.stream(values()).map(Noise::label).collect(Collectors.joining(", "))
                        + ", but found '" + label + "'"));
    }

    /** Whether the strength is a share of the pixels. */
    boolean isShare() {
        return this == SALT || this == PEPPER || this == SALT_AND_PEPPER;
    }

    /**
     * The change of one entry, in pixels from black.
     *
     * @param pixel distance from black
     * @param white distance of white from black
     */
    double apply(double pixel, double white, double strength, Random random) {
        return switch (this) {
            case GAUSSIAN -> pixel + strength * random.nextGaussian();
            case UNIFORM -> pixel + strength * (2 * random.nextDouble() - 1);
            case SPECKLE -> pixel * (1 + strength * random.nextGaussian());
            case SALT -> random.nextDouble() < strength ? white : pixel;
            case PEPPER -> random.nextDouble() < strength ? 0 : pixel;
            case SALT_AND_PEPPER -> {
                double draw = random.nextDouble();
                yield draw < strength / 2 ? white : draw < strength ? 0 : pixel;
            }
        };
    }
}

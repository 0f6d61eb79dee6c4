package dev.qualm.manipulation;

import dev.qualm.Status;
import java.util.List;

/**
 * What an attack wants of the heat map of one image. Always minimised; per image, so that no batch mate counts.
 *
 * <p>{@link #all()} lists one of each for suites that cut across.
 */
public sealed interface MapLoss permits RelativeError, MapError, Correlation, TopK, MassCentre, Untargeted {
    /**
     * A loss at one heat map.
     *
     * @param value smaller = closer to the goal; NaN where undefined
     * @param gradient of the value by the heat map, of its length
     */
    record Value(double value, double[] gradient) {}

    /** Name for machines, in kebab-case, with its parameters. */
    String name();

    /** Whether a target map is needed. */
    boolean isTargeted();

    /**
     * Whether the gradient vanishes at the original image, so that an attack has to begin beside it.
     */
    boolean isStationaryAtOriginal();

    /** Whether the loss is defined for a goal: ok, or why not. */
    Status check(MapGoal goal);

    /**
     * Value and gradient.
     *
     * @param map heat map, row-major, of the goal's shape
     */
    Value of(double[] map, MapGoal goal);

    /** One of each loss, with defaults; top-k with k = 3. */
    static List<MapLoss> all() {
        return List.of(
                new RelativeError(),
                new MapError(),
                new Correlation(),
                new TopK(3),
                new MassCentre(),
                new Untargeted());
    }
}

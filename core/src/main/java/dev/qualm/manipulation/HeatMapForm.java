package dev.qualm.manipulation;

import dev.qualm.array.Array;
import dev.qualm.attribution.Normalisation;
import dev.qualm.attribution.Reduction;

/**
 * How a signed map becomes the heat map that people look at and that attacks change.
 *
 * @param reduction over channels, first
 * @param normalisation per image, second
 */
public record HeatMapForm(Reduction reduction, Normalisation normalisation) {
    /** Sum of absolute values over channels, then sum one: Dombrowski et al. 2019, and their program. */
    public static final HeatMapForm REFERENCE = new HeatMapForm(Reduction.ABSOLUTE_SUM, Normalisation.SUM);

    /**
     * Heat maps of signed maps.
     *
     * @param maps {@code [n, c, ...]}
     * @return {@code [n, ...]} with a status per image
     */
    public Normalisation.Scaled of(Array maps) {
        return normalisation.of(reduction.of(maps));
    }

    /**
     * Gradient of {@code sum(u * of(maps))} by the maps.
     *
     * @param maps {@code [n, c, ...]}
     * @param u of the heat maps' shape
     * @return of the shape of {@code maps}
     */
    public Array pullback(Array maps, Array u) {
        return reduction.pullback(maps, normalisation.pullback(reduction.of(maps), u));
    }
}

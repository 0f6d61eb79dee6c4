package dev.qualm.attribution.evaluation;

import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import java.util.stream.IntStream;

/**
 * Region perturbation (Samek et al. 2017, section III.B): {@link PixelFlipping} by squares of an image instead of
 * pixels, one square per step, ranked by the sum of their relevance. Costs {@code (2 + randomOrders) * regions} passes
 * per image. Images only. The paper fills with random colours; here every filling is a stated {@link Baseline}.
 *
 * @param side of a square in pixels; squares at the right and lower edge are cut off
 * @param regions how many are removed; no more than there are
 * @param randomOrders how many random orders to average, 0 for none
 * @param baseline what removed pixels are set to
 * @param output which is followed
 * @param reading what makes a pixel relevant
 * @param seed start of the random orders
 */
public record RegionPerturbation(
        int side, int regions, int randomOrders, Baseline baseline, Output output, Reading reading, long seed)
        implements MapEvaluation {
    public RegionPerturbation {
        if (side < 1 || regions < 1 || randomOrders < 0) {
            throw new EvaluationException(
                    "Expected a side and a number of regions of at least 1, and no negative number of"
                            + " random orders, but found " + side + ", " + regions + " and " + randomOrders);
        }
    }

    /** Up to 100 squares of 8 x 8, 3 random orders, baseline zero, logit, signed. */
    public static RegionPerturbation defaults(long seed) {
        return new RegionPerturbation(8, 100, 3, Baseline.zero(), Output.LOGIT, Reading.SIGNED, seed);
    }

    @Override
    public Evaluation evaluate(Network network, MapFunction maps, Array batch, int[] classes) {
        return curves(network, maps, batch, classes).mostFirst().score();
    }

    /** All curves. */
    public RemovalCurves curves(Network network, MapFunction maps, Array batch, int[] classes) {
        check(batch);
        Subject s = Subject.of(network, batch, classes);
        return curves(s, s.maps(maps));
    }

    /** All curves for maps made beforehand. */
    public RemovalCurves curves(Network network, Array maps, Array batch, int[] classes) {
        check(batch);
        Subject s = Subject.of(network, batch, classes);
        return curves(s, s.maps(maps));
    }

    private void check(Array batch) {
        Units.of(batch).requireImage("RegionPerturbation");
        baseline.check(batch);
    }

    private RemovalCurves curves(Subject s, double[][] maps) {
        Cells cells = Cells.squares(s.units, side);
        int[] counts =
                IntStream.rangeClosed(0, Math.min(regions, cells.count())).toArray();
        return Removal.curves(
                s, maps, cells, counts, randomOrders, baseline, output, reading, seed, "region-perturbation");
    }
}

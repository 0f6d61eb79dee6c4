package dev.qualm.attribution.evaluation;

import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import java.util.stream.IntStream;

/**
 * Pixel flipping (Bach et al. 2015, section "Pixel-flipping"; Samek et al. 2017, section III): sets pixels or features
 * to the baseline, most relevant first, and follows the output; also least relevant first and in random orders, which a
 * single curve must be seen against. The value is the AOPC of the first, see {@link RemovalCurves}. Costs
 * {@code (2 + randomOrders) * steps} passes per image.
 *
 * <p>AOPCs of different networks do not compare: one network reacts more to removal as such than another. Use {@link
 * RemovalCurves#gain} or {@link NormalizedAopc} for that. Units of equal relevance are taken in random order.
 *
 * @param steps at most so many points of the curve beside the clean input; no more than there are units to remove
 * @param share of the units removed at the end, above 0 and up to 1
 * @param randomOrders how many random orders to average, 0 for none
 * @param baseline what removed units are set to
 * @param output which is followed
 * @param reading what makes a unit relevant
 * @param seed start of the random orders
 */
public record PixelFlipping(
        int steps, double share, int randomOrders, Baseline baseline, Output output, Reading reading, long seed)
        implements MapEvaluation {
    public PixelFlipping {
        if (steps < 1 || !(share > 0 && share <= 1) || randomOrders < 0) {
            throw new EvaluationException(
                    "Expected at least 1 step, a share above 0 and up to 1, and no negative number of"
                            + " random orders, but found " + steps + ", " + share + " and " + randomOrders);
        }
    }

    /** Up to 100 steps to the empty image, 3 random orders, baseline zero, logit, signed. */
    public static PixelFlipping defaults(long seed) {
        return new PixelFlipping(100, 1, 3, Baseline.zero(), Output.LOGIT, Reading.SIGNED, seed);
    }

    @Override
    public Evaluation evaluate(Network network, MapFunction maps, Array batch, int[] classes) {
        return curves(network, maps, batch, classes).mostFirst().score();
    }

    /** All curves. */
    public RemovalCurves curves(Network network, MapFunction maps, Array batch, int[] classes) {
        baseline.check(batch);
        Subject s = Subject.of(network, batch, classes);
        return curves(s, s.maps(maps));
    }

    /** All curves for maps made beforehand. */
    public RemovalCurves curves(Network network, Array maps, Array batch, int[] classes) {
        baseline.check(batch);
        Subject s = Subject.of(network, batch, classes);
        return curves(s, s.maps(maps));
    }

    private RemovalCurves curves(Subject s, double[][] maps) {
        Cells cells = Cells.squares(s.units, 1);
        int last = (int) Math.max(1, Math.round(share * cells.count()));
        int points = Math.min(steps, last);
        int[] counts = IntStream.rangeClosed(0, points)
                .map(k -> (int) Math.round((double) k * last / points))
                .toArray();
        return Removal.curves(s, maps, cells, counts, randomOrders, baseline, output, reading, seed, "pixel-flipping");
    }
}

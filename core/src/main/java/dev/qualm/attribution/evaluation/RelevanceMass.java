package dev.qualm.attribution.evaluation;

import dev.qualm.Provenance;
import dev.qualm.array.Array;

/**
 * Relevance mass accuracy (Arras, Osman, Samek 2022, section 3): the share of the map's relevance that lies inside the
 * object's mask. Read signed, only positive relevance counts. In [0, 1], higher is better; a map that spreads evenly
 * has the mask's share of the image, which {@link Result#area} gives beside it. Images only, no network. No value where
 * no relevance counts, and for empty masks.
 *
 * @param reading which relevance counts
 * @param seed start of the interval's bootstrap
 */
public record RelevanceMass(Reading reading, long seed) {
    /** Signed: positive relevance counts. */
    public static RelevanceMass defaults(long seed) {
        return new RelevanceMass(Reading.SIGNED, seed);
    }

    /**
     * Masses.
     *
     * @param evaluation shares of the relevance
     * @param area share of each image that its mask covers, {@code [n]}: the value of an even map
     */
    public record Result(Evaluation evaluation, double[] area) {}

    /**
     * Judges maps.
     *
     * @param maps {@code [n, c, h, w]}, summed over channels, or {@code [n, h, w]}
     * @param masks of the objects, {@code [n, h, w]} or {@code [n, 1, h, w]}, anything but 0 is inside
     */
    public Result evaluate(Array maps, Array masks) {
        GivenMaps given = GivenMaps.of(maps, reading);
        boolean[][] inside = given.masks(masks, "RelevanceMass");
        double[] values = new double[given.n()];
        double[] area = new double[given.n()];
        for (int i = 0; i < values.length; i++) {
            double[] map = given.relevance()[i];
            double largest = 0;
            for (double r : map) {
                largest = Math.max(largest, r);
            }
            if (largest == 0) {
                given.fail(i, "the map has no " + (reading == Reading.SIGNED ? "positive " : "") + "relevance");
            }
            double within = 0;
            double all = 0;
            for (int p = 0; p < map.length; p++) {
                double mass = Math.max(0, map[p]) / largest;
                all += mass;
                within += inside[i][p] ? mass : 0;
                area[i] += inside[i][p] ? 1.0 / map.length : 0;
            }
            values[i] = within / all;
        }
        Evaluation evaluation = Evaluation.of(
                "relevance mass accuracy",
                Better.HIGHER,
                values,
                given.statuses(),
                new Cost(0, 0),
                seed,
                Provenance.of("relevance-mass").with("reading", reading));
        return new Result(evaluation, area);
    }
}

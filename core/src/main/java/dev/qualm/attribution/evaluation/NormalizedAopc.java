package dev.qualm.attribution.evaluation;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;

/**
 * Normalised AOPC (Edin et al., ACL 2025): where the AOPC of a map's order, most relevant first, lies between that of
 * the worst order (0) and of the best (1) of the same pieces. Only so do AOPCs of different networks compare.
 *
 * <p>The best and the worst of all orders are found by a beam search, which keeps at each length the {@code beam} most
 * promising sets of pieces. With a beam of 1 it is greedy. A beam as wide as there are sets of one size finds the true
 * best and worst ({@link Result#exact}); a narrower one finds bounds from inside: the true best may be higher and the
 * true worst lower. The map's own order and its reverse count among the orders found, so that values stay in [0, 1].
 *
 * <p>With G pieces costs up to {@code beam * G * (G + 1) + 2 * G} passes per image, and never more than
 * {@code 2^G + 2 * G}.
 *
 * @param side of the square pieces of an image in pixels; features are single pieces
 * @param beam sets kept at each length and direction, at least 1
 * @param baseline what removed pieces are set to
 * @param output which is followed
 * @param reading what makes a piece relevant
 * @param seed decides the order of equally relevant pieces
 */
public record NormalizedAopc(int side, int beam, Baseline baseline, Output output, Reading reading, long seed)
        implements MapEvaluation {
    private static final int MOST_PIECES = 62;

    public NormalizedAopc {
        if (side < 1 || beam < 1) {
            throw new EvaluationException(
                    "Expected a side and a beam of at least 1, but found " + side + " and " + beam);
        }
    }

    /** Baseline zero, logit, signed. */
    public static NormalizedAopc of(int side, int beam, long seed) {
        return new NormalizedAopc(side, beam, Baseline.zero(), Output.LOGIT, Reading.SIGNED, seed);
    }

    /**
     * Values and what they lie between.
     *
     * @param evaluation the normalised values; none where best and worst are equal
     * @param aopc of the map's order, {@code [n]}
     * @param best the largest AOPC found, {@code [n]}
     * @param worst the smallest AOPC found, {@code [n]}
     * @param exact whether these are the best and worst of all orders
     */
    public record Result(Evaluation evaluation, double[] aopc, double[] best, double[] worst, boolean exact) {}

    @Override
    public Evaluation evaluate(Network network, MapFunction maps, Array batch, int[] classes) {
        return search(network, maps, batch, classes).evaluation();
    }

    /** Values with their bounds. */
    public Result search(Network network, MapFunction maps, Array batch, int[] classes) {
        check(batch);
        Subject s = Subject.of(network, batch, classes);
        return search(s, s.maps(maps));
    }

    /** As {@link #search(Network, MapFunction, Array, int[])} for maps made beforehand. */
    public Result search(Network network, Array maps, Array batch, int[] classes) {
        check(batch);
        Subject s = Subject.of(network, batch, classes);
        return search(s, s.maps(maps));
    }

    private void check(Array batch) {
        baseline.check(batch);
        Units units = Units.of(batch);
        int pieces = Cells.squares(units, side).count();
        if (pieces > MOST_PIECES) {
            String advice =
                    units.image() ? "; choose a larger side" : "; use PixelFlipping with its random orders instead";
            throw new EvaluationException("A search over orders is feasible for up to " + MOST_PIECES
                    + " pieces, but found " + pieces + " in " + batch + advice);
        }
    }

    private Result search(Subject s, double[][] maps) {
        Cells cells = Cells.squares(s.units, side);
        int g = cells.count();
        int[] counts = java.util.stream.IntStream.rangeClosed(0, g).toArray();
        RemovalCurves own = Removal.curves(s, maps, cells, counts, 0, baseline, output, reading, seed, "aopc");
        double[][] found = OrderSearch.bounds(s, cells, beam, baseline, output);
        double[] aopc = own.mostFirst().score().values();
        double[] reverse = own.leastFirst().score().values();
        double[] best = new double[s.n()];
        double[] worst = new double[s.n()];
        double[] values = new double[s.n()];
        for (int i = 0; i < values.length; i++) {
            best[i] = Math.max(found[i][1], Math.max(aopc[i], reverse[i]));
            worst[i] = Math.min(found[i][0], Math.min(aopc[i], reverse[i]));
            values[i] = (aopc[i] - worst[i]) / (best[i] - worst[i]);
            if (best[i] == worst[i]) {
                s.fail(i, Status.undefined("all orders of removal found are equally good"));
            }
        }
        boolean exact = beam >= OrderSearch.widest(g);
        Evaluation evaluation = Evaluation.of(
                exact ? "NAOPC" : "NAOPC between the orders found",
                Better.HIGHER,
                values,
                s.status(),
                s.cost(),
                seed,
                s.provenance("normalized-aopc")
                        .with("side", side)
                        .with("pieces", g)
                        .with("beam", beam)
                        .with("exact", exact)
                        .with("baseline", baseline)
                        .with("output", output)
                        .with("reading", reading));
        return new Result(evaluation, aopc, best, worst, exact);
    }
}

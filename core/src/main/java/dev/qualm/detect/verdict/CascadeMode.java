package dev.qualm.detect.verdict;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A cascade as it runs while certain tiers are available, calibrated as a whole in just this form: its false-alarm rate is that of
 * the final verdicts, whichever tier gives them. Immutable.
 */
/*
 * All tiers together are one score: the band of the route, then the score of the tier that decided. Being one fixed function
 * of the item, it is calibrated like any other. The score is never written as a number; only its order is used: the rank of
 * an item is counted band by band.
 */
public final class CascadeMode {
    private final Cascade cascade;
    private final int[] available;
    private final Guarantee guarantee;
    private final double[][] bands;
    private final int n;
    private final int alarms;
    private final String detail;

    /** @param scores {@code [tier][item]} of the calibration */
    CascadeMode(Cascade cascade, int[] available, double[][] scores, Guarantee guarantee) {
        this.cascade = cascade;
        this.available = available;
        this.guarantee = guarantee;
        List<Route> routes = IntStream.range(0, scores[0].length)
                .mapToObj(i -> cascade.route(available, t -> scores[t][i]))
                .filter(r -> !Double.isNaN(r.score()))
                .toList();
        this.n = routes.size();
        this.bands = new double[2 * available.length - 1][];
        for (int b = 0; b < bands.length; b++) {
            int band = b;
            bands[b] = routes.stream()
                    .filter(r -> band(r) == band)
                    .mapToDouble(r -> ConformalCalibration.oneZero(r.score()))
                    .sorted()
                    .toArray();
        }
        guarantee.requireEnough("the cascade of " + names(), n, scores[0].length - n);
        this.alarms = guarantee.alarms(n);
        this.detail = guarantee + ", of the cascade of " + names() + " as a whole";
    }

    /** Names of the available tiers. */
    public List<String> names() {
        return IntStream.of(available)
                .mapToObj(t -> cascade.tiers().get(t).name())
                .toList();
    }

    int[] available() {
        return available;
    }

    /** Calibration items that this mode has a score for. */
    public int n() {
        return n;
    }

    private int band(Route route) {
        int position = java.util.Arrays.binarySearch(available, route.tier());
        return Route.band(route.side(), position, available.length);
    }

    /**
     * Judges one item.
     *
     * @param score of a tier by its index in the cascade, asked only for the tiers that are needed
     */
    public CascadeVerdict judge(IntToDoubleFunction score) {
        Route route = cascade.route(available, score);
        return new CascadeVerdict(
                verdict(route), route, cascade.tiers().get(route.tier()).name());
    }

    Verdict verdict(Route route) {
        if (Double.isNaN(route.score())) {
            return Verdict.undefined(
                    route.score(),
                    "the score of the last tier, "
                            + cascade.tiers().get(route.tier()).name()
                            + ", is not a number; nothing is promised about such items");
        }
        Place place = place(route);
        return new Verdict(
                place.rank() <= alarms ? Verdict.Kind.ALARM : Verdict.Kind.PASS,
                route.score(),
                place.pValue(),
                detail,
                false);
    }

    private Place place(Route route) {
        int band = band(route);
        int above = 0;
        for (int b = band + 1; b < bands.length; b++) {
            above += bands[b].length;
        }
        if (bands[band].length == 0) {
            return new Place(n, above, 0);
        }
        Place within = ConformalCalibration.sorted(bands[band], 0).place(route.score());
        return new Place(n, above + within.above(), within.ties());
    }

    /** Where alarms begin: the route of the calibration item that others must exceed. */
    public Route threshold() {
        int left = n - alarms;
        int band = 0;
        while (left >= bands[band].length) {
            left -= bands[band++].length;
        }
        int last = available.length - 1;
        return band == last
                ? new Route(available[last], Route.Side.LAST, bands[band][left])
                : band < last
                        ? new Route(available[band], Route.Side.BELOW, bands[band][left])
                        : new Route(available[2 * last - band], Route.Side.ABOVE, bands[band][left]);
    }

    @Override
    public String toString() {
        Route t = threshold();
        return "cascade of " + names() + ", alarms from " + t.side() + " " + t.score() + " of "
                + cascade.tiers().get(t.tier()).name() + "; " + guarantee + "; " + n + " calibration items";
    }
}

package dev.qualm.detect.verdict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cascade with the scores it is calibrated on. When a tier is not available, the others go on as a mode with a calibration of
 * its own. The promise of a mode holds if whether a tier is available has nothing to do with the item. Any number of threads may
 * use it.
 */
public final class CalibratedCascade {
    private final Cascade cascade;
    private final double[][] scores;
    private final Guarantee guarantee;
    private final Map<List<String>, CascadeMode> modes = new ConcurrentHashMap<>();

    private CalibratedCascade(Cascade cascade, double[][] scores, Guarantee guarantee) {
        this.cascade = cascade;
        this.scores = scores;
        this.guarantee = guarantee;
    }

    /**
     * Calibrates a cascade.
     *
     * @param scores {@code [tier][item]} of trustworthy items that its thresholds were not chosen on; all tiers for all items, as
     *     degraded modes need them; NaN where there is none
     * @throws CalibrationException if there are too few for the guarantee
     */
    public static CalibratedCascade of(Cascade cascade, double[][] scores, Guarantee guarantee) {
        cascade.requireScores(scores);
        double[][] copy = Arrays.stream(scores).map(double[]::clone).toArray(double[][]::new);
        CalibratedCascade calibrated = new CalibratedCascade(cascade, copy, guarantee);
        calibrated.full();
        return calibrated;
    }

    public Cascade cascade() {
        return cascade;
    }

    public Guarantee guarantee() {
        return guarantee;
    }

    double[][] scores() {
        return scores;
    }

    /** All tiers. */
    public CascadeMode full() {
        return mode(cascade.tiers().stream().map(Tier::name).toList());
    }

    /**
     * The cascade while only certain tiers are available.
     *
     * @param available names of tiers, in any order
     * @throws CalibrationException if a name is unknown, or too few calibration items have a score in this mode
     */
    public CascadeMode mode(List<String> available) {
        int[] tiers = cascade.indices(available);
        List<String> names =
                IntStream.of(tiers).mapToObj(t -> cascade.tiers().get(t).name()).toList();
        return modes.computeIfAbsent(names, k -> new CascadeMode(cascade, tiers, scores, guarantee));
    }

    /** Judges a batch with all tiers. */
    public CascadeRun judge(int items, TierScorer scorer) {
        return judge(full(), items, scorer);
    }

    /**
     * Judges a batch in one mode: every tier is asked once, about the items that are undecided until then.
     *
     * @param mode of this cascade
     * @param items number of items in the batch
     */
    public CascadeRun judge(CascadeMode mode, int items, TierScorer scorer) {
        CalibrationException.require(
                modes.get(mode.names()) == mode, "a mode of this cascade", "one of another: " + mode);
        int[] tiers = mode.available();
        @Nullable Route[] routes = new Route[items];
        int[] left = IntStream.range(0, items).toArray();
        int[] entered = new int[tiers.length];
        for (int i = 0; i < tiers.length && left.length > 0; i++) {
            int tier = tiers[i];
            entered[i] = left.length;
            double[] found = scorer.score(tier, left.clone());
            CalibrationException.require(
                    found.length == left.length,
                    left.length + " scores of tier " + cascade.tiers().get(tier).name(),
                    found.length);
            int[] next = new int[left.length];
            int undecided = 0;
            for (int k = 0; k < left.length; k++) {
                Route.Side side = i == tiers.length - 1
                        ? Route.Side.LAST
                        : Cascade.side(cascade.tiers().get(tier), found[k]);
                if (side == null) {
                    next[undecided++] = left[k];
                } else {
                    routes[left[k]] = new Route(tier, side, found[k]);
                }
            }
            left = Arrays.copyOf(next, undecided);
        }
        List<CascadeVerdict> verdicts = new ArrayList<>();
        for (Route route : routes) {
            if (route != null) {
                verdicts.add(new CascadeVerdict(
                        mode.verdict(route),
                        route,
                        cascade.tiers().get(route.tier()).name()));
            }
        }
        return run(tiers, entered, verdicts);
    }

    private CascadeRun run(int[] tiers, int[] entered, List<CascadeVerdict> verdicts) {
        List<CascadeRun.Share> shares = new ArrayList<>();
        double passes = 0;
        double all = 0;
        for (int i = 0; i < tiers.length; i++) {
            Tier tier = cascade.tiers().get(tiers[i]);
            Map<Route.Side, Integer> sides = new HashMap<>();
            int alarms = 0;
            int undefined = 0;
            for (CascadeVerdict v : verdicts) {
                if (v.route().tier() == tiers[i]) {
                    sides.merge(v.route().side(), 1, Integer::sum);
                    alarms += v.verdict().isAlarm() ? 1 : 0;
                    undefined += v.verdict().kind() == Verdict.Kind.UNDEFINED ? 1 : 0;
                }
            }
            passes += tier.passes() * entered[i];
            all += tier.passes();
            shares.add(new CascadeRun.Share(
                    tier.name(),
                    entered[i],
                    sides.getOrDefault(Route.Side.BELOW, 0),
                    sides.getOrDefault(Route.Side.ABOVE, 0),
                    sides.getOrDefault(Route.Side.LAST, 0) - undefined,
                    alarms,
                    undefined,
                    tier.passes() * entered[i]));
        }
        return new CascadeRun(verdicts, shares, verdicts.isEmpty() ? 0 : passes / verdicts.size(), all);
    }

    @Override
    public String toString() {
        return full().toString();
    }
}

package dev.qualm.attribution.evaluation;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.metric.Bootstrap;
import dev.qualm.metric.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One number per image from one method.
 *
 * @param method name of the value, as in the literature
 * @param better which direction speaks for the map
 * @param values {@code [n]}; NaN exactly where the status is not ok
 * @param status {@code [n]}; why a value is missing
 * @param mean over the images that have a value; NaN if there is none
 * @param interval of that mean, 95%, percentile bootstrap over images, 1000 replicates; null when fewer than two images
 *     have a value. It covers the choice of images, not the method's own random draws
 * @param cost what the whole call has spent; values that come from one call carry the same
 * @param provenance method and all parameters
 */
public record Evaluation(
        String method,
        Better better,
        double[] values,
        List<Status> status,
        double mean,
        @Nullable Interval interval,
        Cost cost,
        Provenance provenance) {
    public Evaluation {
        status = List.copyOf(status);
    }

    /** Adds up values; those that are not finite get a status if they have none. */
    static Evaluation of(
            String method,
            Better better,
            double[] raw,
            List<Status> given,
            Cost cost,
            long seed,
            Provenance provenance) {
        double[] values = raw.clone();
        Status[] status = given.toArray(Status[]::new);
        for (int i = 0; i < values.length; i++) {
            if (status[i].isOk() && !Double.isFinite(values[i])) {
                status[i] = Status.undefined("the " + method + " of this map has no value");
            }
            if (!status[i].isOk()) {
                values[i] = Double.NaN;
            }
        }
        int[] have =
                IntStream.range(0, values.length).filter(i -> status[i].isOk()).toArray();
        double mean = mean(values, have);
        Interval interval = null;
        if (have.length > 1) {
            double[] replicates = Bootstrap.seeded(seed)
                    .replicates(
                            new int[have.length],
                            drawn -> Arrays.stream(drawn)
                                            .mapToDouble(i -> values[have[i]])
                                            .sum()
                                    / have.length);
            interval = Bootstrap.percentile(replicates, Interval.DEFAULT_LEVEL);
        }
        return new Evaluation(
                method, better, values, Arrays.asList(status), mean, interval, cost, provenance.with("seed", seed));
    }

    private static double mean(double[] values, int[] have) {
        return have.length == 0
                ? Double.NaN
                : Arrays.stream(have).mapToDouble(i -> values[i]).sum() / have.length;
    }

    /** Images that have a value. */
    public int count() {
        return (int) status.stream().filter(Status::isOk).count();
    }

    /** For example {@code max-sensitivity 0.182 over 16 of 16 images, 0.121 to 0.251 (95%, ...), lower is better}. */
    @Override
    public String toString() {
        String direction = better == Better.NEITHER ? "" : ", " + better.name().toLowerCase(Locale.ROOT) + " is better";
        return method + " " + String.format(Locale.ROOT, "%.4g", mean) + " over " + count() + " of " + values.length
                + " images" + (interval == null ? "" : ", " + interval) + direction;
    }
}

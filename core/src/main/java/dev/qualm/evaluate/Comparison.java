package dev.qualm.evaluate;

import dev.qualm.metric.AurocDifference;
import dev.qualm.metric.ClusteredAuroc;
import dev.qualm.metric.Holm;
import dev.qualm.metric.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A detector against another on the same items of one set.
 *
 * @param other the other
 * @param difference AUROC of the detector minus that of the other, on the items that both have scores of
 * @param interval of the difference, or null where it is not defined
 * @param pValue two-sided, of this comparison alone; NaN where it is not defined
 * @param adjusted the same after Holm's correction for all detectors compared with that other on the set; NaN likewise
 * @param method how it was found
 */
public record Comparison(
        String other, double difference, @Nullable Interval interval, double pValue, double adjusted, String method) {
    /** One detector with another. */
    static Comparison of(Sample.Sides sides, int detector, int other, String otherName, EvaluationSettings settings) {
        int[] both = {detector, other};
        Sample a = sides.sample(both, detector);
        Sample b = sides.sample(both, other);
        if (!a.missing().isEmpty()) {
            return new Comparison(otherName, Double.NaN, null, Double.NaN, Double.NaN, a.missing());
        }
        AurocDifference d = a.clustered()
                ? ClusteredAuroc.difference(
                        a.negatives(),
                        a.positives(),
                        b.negatives(),
                        b.positives(),
                        a.negativeOwner(),
                        a.positiveOwner())
                : AurocDifference.between(joined(a), joined(b), positive(a));
        double p = d.pValue();
        Interval interval = Double.isNaN(p) ? null : d.interval(settings.level());
        String method = a.clustered() ? "Obuchowski's clusters, paired" : "DeLong, paired";
        return new Comparison(
                otherName,
                d.difference(),
                interval == null ? null : new Interval(interval.low(), interval.high(), interval.level(), method),
                p,
                p,
                method);
    }

    private static double[] joined(Sample s) {
        double[] all = Arrays.copyOf(s.negatives(), s.negatives().length + s.positives().length);
        System.arraycopy(s.positives(), 0, all, s.negatives().length, s.positives().length);
        return all;
    }

    private static boolean[] positive(Sample s) {
        boolean[] out = new boolean[s.negatives().length + s.positives().length];
        Arrays.fill(out, s.negatives().length, out.length, true);
        return out;
    }

    /** Corrects a family of tests; those without a p-value are no tests. */
    static List<Comparison> corrected(List<Comparison> family) {
        double[] p = family.stream()
                .mapToDouble(Comparison::pValue)
                .filter(v -> !Double.isNaN(v))
                .toArray();
        double[] adjusted = p.length == 0 ? p : Holm.adjust(p);
        List<Comparison> out = new ArrayList<>();
        int next = 0;
        for (Comparison c : family) {
            double own = Double.isNaN(c.pValue) ? Double.NaN : adjusted[next++];
            out.add(new Comparison(c.other, c.difference, c.interval, c.pValue, own, c.method));
        }
        return out;
    }

    /** Whether the detector is better, beyond chance. */
    public boolean better(double alpha) {
        return difference > 0 && adjusted < alpha;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%+.3f to %s (p %.3g, %s)", difference, other, adjusted, method);
    }
}

package dev.qualm.detect.verdict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One calibration for each predicted class, so that the promise holds among the items of every class alone. V. Vovk, A. Gammerman,
 * G. Shafer: Algorithmic Learning in a Random World. 2nd edition, Springer 2022, on Mondrian conformal predictors.
 *
 * <p>A class with fewer calibration scores than the guarantee needs has no promise of its own: {@link Fallback} says what
 * happens to its items.
 */
/*
 * Why the merged group also takes in classes with exactly as many scores as are needed: the promise rests on groups that do
 * not change when the judged item changes places with a calibration item. So classes are counted with the judged item, and
 * are small if they count at most `needed` then. For a judged item of a small class, a class with exactly `needed`
 * calibration scores is small in this count; for a judged item of that class itself it is not. Merging classes by their
 * calibration counts alone is not covered by this argument.
 */
public final class ClassConditionalRule implements VerdictRule {
    private final SortedMap<Integer, ConformalCalibration> classes;
    private final SortedMap<Integer, Integer> counts;
    private final Map<Integer, Decision> own;
    private final @Nullable Decision merged;
    private final Guarantee guarantee;
    private final Fallback fallback;
    private final @Nullable ItemUniform smoothing;

    /** What becomes of items of classes with too few calibration scores. */
    public enum Fallback {
        /** Their verdict is undefined, with the number of scores that are missing. */
        UNDEFINED,
        /** They are judged as one group, for which the promise holds as a whole; undefined if that is too small too. */
        MERGED
    }

    private ClassConditionalRule(
            SortedMap<Integer, ConformalCalibration> all,
            Guarantee guarantee,
            Fallback fallback,
            @Nullable ItemUniform smoothing) {
        this.guarantee = guarantee;
        this.fallback = fallback;
        this.smoothing = smoothing;
        this.classes = all;
        this.counts = new TreeMap<>();
        all.forEach((c, calibration) -> counts.put(c, calibration.n()));
        List<ConformalCalibration> small =
                all.values().stream().filter(c -> c.n() <= guarantee.needed()).toList();
        boolean merge = fallback == Fallback.MERGED
                && small.stream().mapToLong(ConformalCalibration::n).sum() >= Math.max(1, guarantee.needed());
        this.own = new HashMap<>();
        all.forEach((c, calibration) -> {
            if (calibration.n() >= guarantee.needed()) {
                own.put(c, decision("among predictions of class " + c, calibration));
            }
        });
        this.merged = merge ? decision("among predictions of classes with few calibration scores", merge(small)) : null;
    }

    /**
     * Calibrates a rule without smoothing.
     *
     * @param scores of trustworthy items; NaN is left out and counted
     * @param predicted class that the network predicts for each, negative where there is none; those are left out
     * @throws CalibrationException if no class, nor what the fallback makes of them, has enough scores; or if merged classes
     *     are to have a guarantee that is not {@link Marginal}
     */
    public static ClassConditionalRule of(double[] scores, int[] predicted, Guarantee guarantee, Fallback fallback) {
        CalibrationException.require(
                scores.length == predicted.length,
                "a predicted class for each of " + scores.length + " scores",
                predicted.length);
        Map<Integer, List<Double>> groups = new TreeMap<>();
        for (int i = 0; i < scores.length; i++) {
            if (predicted[i] >= 0) {
                groups.computeIfAbsent(predicted[i], c -> new ArrayList<>()).add(scores[i]);
            }
        }
        SortedMap<Integer, ConformalCalibration> all = new TreeMap<>();
        groups.forEach((c, of) -> {
            if (of.stream().anyMatch(s -> !s.isNaN())) {
                all.put(
                        c,
                        ConformalCalibration.of(of.stream().mapToDouble(s -> s).toArray()));
            }
        });
        return of(all, guarantee, fallback, null);
    }

    static ClassConditionalRule of(
            SortedMap<Integer, ConformalCalibration> all,
            Guarantee guarantee,
            Fallback fallback,
            @Nullable ItemUniform smoothing) {
        Decision.requireSmoothable(guarantee, smoothing);
        CalibrationException.require(
                fallback == Fallback.UNDEFINED || guarantee instanceof Marginal,
                "a marginal guarantee for merged classes, or the fallback " + Fallback.UNDEFINED,
                guarantee);
        ClassConditionalRule rule = new ClassConditionalRule(new TreeMap<>(all), guarantee, fallback, smoothing);
        if (rule.merged == null && rule.own.isEmpty()) {
            throw new CalibrationException(
                    "Expected at least " + guarantee.needed()
                            + " calibration scores for some predicted class, but found " + rule.counts
                            + " per class: no item could get a verdict; give more, allow a larger rate, or use one calibration for all");
        }
        return rule;
    }

    private static ConformalCalibration merge(List<ConformalCalibration> parts) {
        return ConformalCalibration.sorted(
                parts.stream()
                        .flatMapToDouble(p -> Arrays.stream(p.scores()))
                        .sorted()
                        .toArray(),
                parts.stream().mapToInt(ConformalCalibration::undefined).sum());
    }

    /** This rule with smoothed p-values. */
    public ClassConditionalRule smoothed(ItemUniform uniform) {
        return of(classes, guarantee, fallback, uniform);
    }

    @Override
    public Guarantee guarantee() {
        return guarantee;
    }

    @Override
    public @Nullable ItemUniform smoothing() {
        return smoothing;
    }

    public Fallback fallback() {
        return fallback;
    }

    /** Calibration scores by class; classes with none are missing. */
    public SortedMap<Integer, Integer> counts() {
        return java.util.Collections.unmodifiableSortedMap(counts);
    }

    SortedMap<Integer, ConformalCalibration> classes() {
        return classes;
    }

    @Override
    public Verdict verdict(double score, int predicted, String content) {
        if (predicted < 0) {
            return Verdict.undefined(score, "there is no predicted class, which the calibration to use depends on");
        }
        Decision decision = own.getOrDefault(predicted, merged);
        if (decision != null) {
            return decision.verdict(score, content);
        }
        return Verdict.undefined(
                score,
                "class " + predicted + " has " + counts.getOrDefault(predicted, 0)
                        + " calibration scores, but this promise needs " + guarantee.needed());
    }

    private Decision decision(String among, ConformalCalibration calibration) {
        return new Decision(calibration, guarantee, smoothing, guarantee + " " + among);
    }

    @Override
    public String toString() {
        return guarantee + " for each predicted class; calibration scores per class " + counts + ", too few: "
                + fallback.name().toLowerCase(java.util.Locale.ROOT);
    }
}

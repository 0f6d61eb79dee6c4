package dev.qualm.detect.decision;

import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.verdict.CalibrationException;
import dev.qualm.detect.verdict.ClassConditionalRule;
import dev.qualm.detect.verdict.ConformalCalibration;
import dev.qualm.detect.verdict.Guarantee;
import dev.qualm.detect.verdict.Marginal;
import dev.qualm.detect.verdict.PooledRule;
import dev.qualm.detect.verdict.Verdict;
import dev.qualm.detect.verdict.VerdictRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules of several detectors calibrated on the same items, and of the overall verdict. Immutable. */
/*
 * Each detector's own verdicts keep the rate, but their alarms together do not. So one of them is the overall
 * verdict; or any alarm counts and each of D detectors has alpha / D (and delta / D). A union bound needs nothing of
 * how they depend on each other.
 */
final class DetectorRules {
    /** A detector's rule, or why it has none. */
    private record Own(String name, @Nullable VerdictRule rule, String reason) {
        Verdict verdict(double score, int predicted, String content) {
            return rule == null ? undefined(score, reason) : rule.verdict(score, predicted, content);
        }
    }

    private final List<Own> own;
    private final List<Own> parts;
    private final int decider;
    private final DecisionSettings settings;
    private final String together;

    private DetectorRules(List<Own> own, List<Own> parts, int decider, DecisionSettings settings) {
        this.own = own;
        this.parts = parts;
        this.decider = decider;
        this.settings = settings;
        this.together = settings + ", of the alarms of any of "
                + own.stream().map(Own::name).toList();
    }

    /**
     * @param names of the detectors, in the order of the calibration's scores
     * @throws CalibrationException if whoever decides is unknown or has too few scores
     */
    static DetectorRules of(List<String> names, CalibrationItems items, DecisionSettings settings) {
        boolean any = DecisionSettings.ANY.equals(settings.decider());
        int decider = any || settings.decider() == null ? 0 : names.indexOf(settings.decider());
        if (decider < 0) {
            throw new CalibrationException("Expected one of the detectors " + names + " or " + DecisionSettings.ANY
                    + " to decide, but found " + settings.decider());
        }
        List<Own> own = new ArrayList<>();
        List<Own> parts = new ArrayList<>();
        for (int d = 0; d < names.size(); d++) {
            double[] scores = items.scores()[d];
            try {
                own.add(new Own(names.get(d), rule(scores, items.predicted(), settings, settings.guarantee()), ""));
                if (any) {
                    Guarantee part = settings.part(names.size());
                    parts.add(new Own(names.get(d), rule(scores, items.predicted(), settings, part), ""));
                }
            } catch (CalibrationException e) {
                if (any || d == decider) {
                    throw new CalibrationException("Detector " + names.get(d) + ": " + e.getMessage());
                }
                own.add(new Own(names.get(d), null, String.valueOf(e.getMessage())));
            }
        }
        return new DetectorRules(own, parts, decider, settings);
    }

    private static VerdictRule rule(double[] scores, int[] predicted, DecisionSettings s, Guarantee guarantee) {
        if (s.byClass()) {
            ClassConditionalRule rule = ClassConditionalRule.of(
                    scores,
                    predicted,
                    guarantee,
                    guarantee instanceof Marginal
                            ? ClassConditionalRule.Fallback.MERGED
                            : ClassConditionalRule.Fallback.UNDEFINED);
            return s.smoothing() == null ? rule : rule.smoothed(s.smoothing());
        }
        PooledRule rule = PooledRule.of(ConformalCalibration.of(scores), guarantee);
        return s.smoothing() == null ? rule : rule.smoothed(s.smoothing());
    }

    /** Name of the deciding detector, or any. */
    String decider() {
        return parts.isEmpty() ? own.get(decider).name() : DecisionSettings.ANY;
    }

    /** Names of the detectors whose scores the overall verdict depends on. */
    List<String> deciding() {
        return parts.isEmpty()
                ? List.of(own.get(decider).name())
                : own.stream().map(Own::name).toList();
    }

    /**
     * @param scores of the item by detector
     * @param content what it holds, which smoothed p-values depend on
     */
    ItemVerdict verdict(double[] scores, int predicted, String content) {
        Map<String, Verdict> each = new LinkedHashMap<>();
        for (int d = 0; d < own.size(); d++) {
            each.put(own.get(d).name(), own.get(d).verdict(scores[d], predicted, content));
        }
        return parts.isEmpty()
                ? new ItemVerdict(each, Objects.requireNonNull(each.get(decider())), decider())
                : new ItemVerdict(each, any(scores, predicted, content), DecisionSettings.ANY);
    }

    /* An alarm stands whatever the others lack; but a pass is a statement of all of them. */
    private Verdict any(double[] scores, int predicted, String content) {
        double least = Double.POSITIVE_INFINITY;
        double score = Double.NaN;
        List<String> alarms = new ArrayList<>();
        List<String> undefined = new ArrayList<>();
        for (int d = 0; d < parts.size(); d++) {
            Verdict v = parts.get(d).verdict(scores[d], predicted, content);
            switch (v.kind()) {
                case ALARM -> alarms.add(parts.get(d).name());
                case UNDEFINED -> undefined.add(parts.get(d).name());
                case PASS -> {}
            }
            if (v.pValue() < least) {
                least = v.pValue();
                score = v.score();
            }
        }
        double p = Math.min(1, least * parts.size());
        if (!alarms.isEmpty()) {
            return new Verdict(Verdict.Kind.ALARM, score, p, together + "; here of " + alarms, false);
        }
        return undefined.isEmpty()
                ? new Verdict(Verdict.Kind.PASS, score, p, together, false)
                : undefined(score, "no alarm, but " + undefined + " could not decide; nothing is promised then");
    }

    private static Verdict undefined(double score, String reason) {
        return new Verdict(Verdict.Kind.UNDEFINED, score, Double.NaN, reason, false);
    }

    @Override
    public String toString() {
        return parts.isEmpty() ? settings + ", of " + decider() : together;
    }
}

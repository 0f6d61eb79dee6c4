package dev.qualm.detect.wrong;

import dev.qualm.metric.Proportion;
import dev.qualm.metric.Ranking;
import dev.qualm.metric.RocCurve;
import java.util.Locale;

/**
 * Where doubt begins: items whose score is at least {@code value} are flagged.
 *
 * @param rule how it was chosen, in words
 * @param value a score, or infinity where nothing may be flagged
 * @param right recall of the right predictions, those not flagged, on the split it was chosen on
 * @param wrong recall of the wrong predictions, those flagged
 */
public record Threshold(String rule, double value, Proportion right, Proportion wrong) {
    /** How a threshold is chosen. */
    public sealed interface Rule {
        /** A point of the curve of right predictions flagged against wrong predictions flagged. */
        RocCurve.Point choose(RocCurve curve);

        /** The rule in words. */
        String label();
    }

    /** The largest difference of wrong predictions flagged and right ones flagged (Youden 1950); of equal ones the most cautious. */
    public record Youden() implements Rule {
        @Override
        public RocCurve.Point choose(RocCurve curve) {
            RocCurve.Point best = curve.point(0);
            for (RocCurve.Point p : curve.points()) {
                best = gain(p) > gain(best) ? p : best;
            }
            return best;
        }

        private static double gain(RocCurve.Point p) {
            return p.truePositiveRate() - p.falsePositiveRate();
        }

        @Override
        public String label() {
            return "youden";
        }
    }

    /** The two recalls as equal as they get, which is what the authors of the method set by hand. */
    public record EqualRecall() implements Rule {
        @Override
        public RocCurve.Point choose(RocCurve curve) {
            RocCurve.Point best = curve.point(0);
            for (RocCurve.Point p : curve.points()) {
                best = gap(p) < gap(best) ? p : best;
            }
            return best;
        }

        private static double gap(RocCurve.Point p) {
            return Math.abs(p.truePositiveRate() - (1 - p.falsePositiveRate()));
        }

        @Override
        public String label() {
            return "equal-recall";
        }
    }

    /**
     * As many wrong predictions as can be flagged while at most a share of the right ones is, on the split it is chosen on.
     *
     * @param rate share, in [0, 1]
     */
    public record FalseAlarm(double rate) implements Rule {
        public FalseAlarm {
            FitException.require(rate >= 0 && rate <= 1, "a false-alarm rate", "in [0, 1]", rate);
        }

        @Override
        public RocCurve.Point choose(RocCurve curve) {
            RocCurve.Point best = curve.point(0);
            for (RocCurve.Point p : curve.points()) {
                best = p.falsePositiveRate() <= rate ? p : best;
            }
            return best;
        }

        @Override
        public String label() {
            return String.format(Locale.ROOT, "false-alarm %s", rate);
        }
    }

    /** Chooses a threshold on scored items of both kinds. */
    static Threshold choose(Rule rule, double[] scores, boolean[] wrong) {
        RocCurve.Point p = rule.choose(RocCurve.of(Ranking.of(scores, wrong)));
        double value = Double.isNaN(p.threshold()) ? Double.POSITIVE_INFINITY : p.threshold();
        return at(rule.label(), value, scores, wrong);
    }

    /** The recalls of a threshold on scored items of both kinds; NaN scores count as flagged. */
    static Threshold at(String rule, double value, double[] scores, boolean[] wrong) {
        int passed = 0;
        int caught = 0;
        int bad = Rows.count(wrong);
        for (int i = 0; i < scores.length; i++) {
            boolean flagged = !(scores[i] < value);
            caught += flagged && wrong[i] ? 1 : 0;
            passed += !flagged && !wrong[i] ? 1 : 0;
        }
        return new Threshold(rule, value, new Proportion(passed, scores.length - bad), new Proportion(caught, bad));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: flagged from %.6g on; recall of right %.4f, of wrong %.4f",
                rule,
                value,
                right.value(),
                wrong.value());
    }
}

package dev.qualm.evaluate.adaptive;

import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.data.Dataset;
import dev.qualm.detect.Score;
import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.verdict.ConformalCalibration;
import dev.qualm.evaluate.DetectorCost;
import dev.qualm.evaluate.EvaluationException;
import dev.qualm.evaluate.EvaluationProgress;
import dev.qualm.evaluate.ScoredModel;
import dev.qualm.evaluate.ScoredSet;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Attacks the detectors of an evaluation, one ladder for each, on a few of its ordinary items. What comes of it takes
 * the stamp off their rows: give it to {@link dev.qualm.evaluate.ModelEvaluation#of}.
 *
 * <p>A detector's threshold is the conformal one of its own calibration where it has one. The others' comes from a
 * share of the ordinary items, drawn by content, none of which is attacked: their scores are there already. Attacked
 * are the first of the rest, by a draw of their contents, right or wrong; the ladder leaves out and counts those that
 * are misclassified or raise an alarm before any attack.
 *
 * @param budget how far items may be moved
 * @param box valid inputs
 * @param settings how hard to try
 * @param alpha rate of false alarms that the thresholds promise
 * @param items how many to attack, at most
 * @param share of the ordinary items that thresholds are taken from, above 0 and below 1
 */
public record AdaptiveEvaluation(
        Budget budget, Box box, LadderSettings settings, double alpha, int items, double share) {
    /** Share of the ordinary items for thresholds, unless another is asked for. */
    public static final double SHARE = 0.5;

    /** Items that the attack on verdicts may start from. */
    private static final int OWNED = 64;

    public AdaptiveEvaluation {
        if (!(alpha > 0 && alpha < 1) || items < 1 || !(share > 0 && share < 1)) {
            throw new EvaluationException("Expected an alpha and a share above 0 and below 1 and at least one item to"
                    + " attack, but found " + alpha + ", " + share + " and " + items);
        }
    }

    /** What was drawn from the ordinary items, by number. */
    private record Draw(int[] threshold, int[] attacked) {}

    /**
     * Attacks.
     *
     * @param scores the detectors to attack, all in the table
     * @param scored the evaluation's scores
     * @param id the ordinary items that were scored, labelled
     * @param fitted detectors with a calibration of their own, or null
     * @return results by detector, in the order of the scores
     * @throws EvaluationException if the items have no labels or are too few for alpha
     */
    public Map<String, LadderResult> run(
            Network network,
            List<Score> scores,
            ScoredModel scored,
            Dataset id,
            @Nullable FittedDetectors fitted,
            EvaluationProgress progress) {
        ScoredSet ordinary = scored.id();
        if (ordinary.labels() == null) {
            throw new EvaluationException("Adaptive attacks need labelled ordinary items, since only items that are"
                    + " predicted rightly can be attacked; give labels, or leave the attacks out");
        }
        Draw draw = draw(ordinary.contents());
        Dataset readable = id.withoutDamaged(); // the items that were scored
        Dataset attacked = readable.select(draw.attacked);
        Dataset owned = readable.select(Arrays.copyOf(draw.threshold, Math.min(OWNED, draw.threshold.length)));
        Map<String, LadderResult> out = new LinkedHashMap<>();
        for (Score score : scores) {
            String name = score.name();
            Threshold threshold = threshold(name, scored, draw, fitted);
            Ladder ladder = new Ladder(new Defence(network, score, threshold.value), budget, box, settings);
            LadderResult result = ladder.run(
                    attacked.all(),
                    attacked.labels(),
                    owned.all(),
                    done -> progress.at("Attacking " + name, done, Ladder.PARTS));
            out.put(name, result.withThresholdFrom(threshold.origin + ", alpha " + alpha));
        }
        return out;
    }

    private record Threshold(double value, String origin) {}

    private Threshold threshold(String name, ScoredModel scored, Draw draw, @Nullable FittedDetectors fitted) {
        CalibrationItems own = fitted == null ? null : fitted.calibration();
        int place = fitted == null
                ? -1
                : fitted.scores().stream().map(Score::name).toList().indexOf(name);
        double[] values;
        String origin;
        if (own != null && place >= 0) {
            values = own.scores()[place];
            origin = "the detectors' own calibration on " + own.size() + " items";
        } else {
            int at =
                    scored.detectors().stream().map(DetectorCost::name).toList().indexOf(name);
            if (at < 0) {
                throw new EvaluationException("Expected a detector of the table to attack, but found '" + name + "'");
            }
            double[] all = scored.id().values()[at];
            values = IntStream.of(draw.threshold).mapToDouble(i -> all[i]).toArray();
            origin = draw.threshold.length + " ordinary items that are not attacked";
        }
        double threshold = ConformalCalibration.of(values).threshold(alpha);
        if (Double.isInfinite(threshold)) {
            throw new EvaluationException("Detector " + name + ": expected enough items for a rate of false alarms of "
                    + alpha + ", but found " + values.length + ", of which no threshold keeps it and ever raises an"
                    + " alarm; give more ordinary items, or a larger alpha");
        }
        return new Threshold(threshold, origin);
    }

    /** Equal contents fall on one side, and the draw does not depend on the items' order. */
    private Draw draw(long[] contents) {
        List<Long> kinds = new ArrayList<>(
                LongStream.of(contents).distinct().sorted().boxed().toList());
        Collections.shuffle(kinds, new Random(settings.seed()));
        Set<Long> kept = new HashSet<>(kinds.subList(0, (int) Math.round(share * kinds.size())));
        Map<Long, Integer> rank = new LinkedHashMap<>();
        kinds.forEach(k -> rank.put(k, rank.size()));
        int[] threshold = IntStream.range(0, contents.length)
                .filter(i -> kept.contains(contents[i]))
                .toArray();
        int[] attacked = IntStream.range(0, contents.length)
                .filter(i -> !kept.contains(contents[i]))
                .boxed()
                .sorted(Comparator.comparing(i -> rank.get(contents[i])))
                .limit(items)
                .mapToInt(Integer::intValue)
                .toArray();
        if (threshold.length == 0 || attacked.length == 0) {
            throw new EvaluationException("Expected ordinary items for thresholds and others to attack, but found "
                    + threshold.length + " and " + attacked.length + "; give more, or another share");
        }
        return new Draw(threshold, attacked);
    }
}

package dev.qualm.evaluate;

import dev.qualm.detect.Score;
import dev.qualm.detect.ScoreTable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up the time of detectors over the sets. A detector's own time is the forward, the sweep it shares with others if it reads one, and
 * what it computes itself: what it would cost alone.
 */
final class Costs {
    private final List<TimedScore> scores;
    private final Map<Score.Source, Double> millis = new EnumMap<>(Score.Source.class);

    Costs(List<TimedScore> scores) {
        this.scores = scores;
    }

    void add(ScoreTable table) {
        table.millisPerItem().forEach((source, m) -> millis.merge(source, m * table.size(), Double::sum));
    }

    List<DetectorCost> of(int classes) {
        double forward = millis.getOrDefault(Score.Source.LOGITS, Double.NaN);
        List<DetectorCost> out = new ArrayList<>();
        for (TimedScore timed : scores) {
            Score s = timed.score();
            double shared = 0;
            for (Score.Source source : s.sources()) {
                boolean sweep = source == Score.Source.INPUT_GRADIENTS || source == Score.Source.WEIGHT_GRADIENTS;
                shared += sweep ? millis.getOrDefault(source, 0.0) : 0;
            }
            double ratio = (forward + shared + timed.nanos().get() / 1e6) / forward;
            out.add(new DetectorCost(
                    s.name(), s.question(), s.passes(classes), ratio, Evaluator.FLOOR.contains(s.name())));
        }
        return out;
    }
}

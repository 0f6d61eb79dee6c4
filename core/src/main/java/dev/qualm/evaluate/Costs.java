package dev.qualm.evaluate;

import dev.qualm.detect.Score;
import dev.qualm.detect.ScoreTable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up the time of detectors over the sets. A detector's time is that of the forward and of all that it would compute
 * alone, what it shares with others included.
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
            double ratio = (forward + timed.nanos().get() / 1e6) / forward;
            out.add(new DetectorCost(
                    s.name(), s.question(), s.passes(classes), ratio, Evaluator.FLOOR.contains(s.name())));
        }
        return out;
    }
}

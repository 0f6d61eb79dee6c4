package dev.qualm.detect;

import dev.qualm.Provenance;
import dev.qualm.Status;
import java.util.List;
import java.util.Map;

/**
 * Scores of a data set, item by item, in the data's order.
 *
 * @param ids names of the items
 * @param predictions predicted class per item, -1 where there is none
 * @param confidence largest softmax probability per item, NaN where there is none
 * @param scores the scores, in order of the columns
 * @param values {@code [score][item]}, larger = less trustworthy; NaN where the status says why
 * @param status per item
 * @param millisPerItem time of each source per item on one thread: the forward pass under LOGITS, sweeps under their source
 * @param provenance what made the scores
 */
public record ScoreTable(
        List<String> ids,
        int[] predictions,
        double[] confidence,
        List<Score> scores,
        double[][] values,
        List<Status> status,
        Map<Score.Source, Double> millisPerItem,
        Provenance provenance) {
    public ScoreTable {
        ids = List.copyOf(ids);
        scores = List.copyOf(scores);
        status = List.copyOf(status);
        millisPerItem = Map.copyOf(millisPerItem);
    }

    public int size() {
        return ids.size();
    }

    /** The values of one score, {@code [item]}. */
    public double[] of(String score) {
        for (int i = 0; i < scores.size(); i++) {
            if (scores.get(i).name().equals(score)) {
                return values[i];
            }
        }
        throw new dev.qualm.QualmException("There is no score '" + score + "'; there are "
                + scores.stream().map(Score::name).toList());
    }

    /** Time per item of one score on one thread: the forward pass and its own sweep. */
    public double millis(Score score) {
        double forward = millisPerItem.getOrDefault(Score.Source.LOGITS, 0.0);
        return switch (score.source()) {
            case LOGITS, HEAD, LAYERS -> forward;
            default -> forward + millisPerItem.getOrDefault(score.source(), 0.0);
        };
    }
}

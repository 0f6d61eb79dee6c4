package dev.qualm.report;

import java.util.List;

/**
 * One score in the summary.
 *
 * @param name unique in a report
 * @param family what it looks at, such as "softmax" or "weight gradients"
 * @param question what it asks of an input, one sentence
 * @param passes cost per image in forward passes; a backward pass counts as it costs
 * @param millisPerImage measured time per image, NaN if it was not measured
 * @param cells one per out-distribution set, in the order of the report's sets
 */
public record ScoreRow(
        String name, String family, String question, double passes, double millisPerImage, List<Cell> cells) {
    /**
     * How well the score separates one set.
     *
     * @param dataset name of the set
     * @param undefined images of this set for which the score is undefined
     */
    public record Cell(String dataset, Estimate auroc, Estimate fpr95, int undefined) {}

    public ScoreRow {
        cells = List.copyOf(cells);
    }
}

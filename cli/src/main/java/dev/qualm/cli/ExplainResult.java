package dev.qualm.cli;

import dev.qualm.Status;
import java.util.Arrays;
import java.util.List;

/**
 * What was found out about one item.
 *
 * @param status whether it could be read and the network's answer is finite
 * @param logits of the network, or empty
 * @param prediction class with the largest logit, -1 if unknown
 * @param explained class that the maps speak for, -1 if unknown
 * @param cells one per column
 */
@SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
record ExplainResult(
        MapItem item, Status status, double[] logits, int prediction, int explained, List<ExplainCell> cells) {
    ExplainResult {
        cells = List.copyOf(cells);
    }

    static ExplainResult unreadable(MapItem item, String problem, int columns) {
        Status status = Status.unreadable(problem.replaceFirst("^unreadable: ", ""));
        return new ExplainResult(
                item,
                status,
                new double[0],
                -1,
                -1,
                java.util.Collections.nCopies(columns, ExplainCell.missing(status)));
    }

    /** The same without the columns of which {@code kept} is false. */
    ExplainResult only(List<Boolean> kept) {
        List<ExplainCell> some = new java.util.ArrayList<>();
        for (int i = 0; i < kept.size(); i++) {
            if (kept.get(i)) {
                some.add(cells.get(i));
            }
        }
        return new ExplainResult(item, status, logits, prediction, explained, some);
    }

    /** Softmax probability of a class, NaN if unknown. */
    static double probability(double[] logits, int c) {
        if (c < 0 || c >= logits.length) {
            return Double.NaN;
        }
        double max = Arrays.stream(logits).max().orElse(0);
        double sum = Arrays.stream(logits).map(z -> Math.exp(z - max)).sum();
        return Math.exp(logits[c] - max) / sum;
    }

    double confidence() {
        return probability(logits, prediction);
    }

    /** The first problem of the item or of one of its maps. */
    Status worst() {
        return status.isOk()
                ? cells.stream()
                        .map(ExplainCell::status)
                        .filter(s -> !s.isOk())
                        .findFirst()
                        .orElse(Status.OK)
                : status;
    }
}

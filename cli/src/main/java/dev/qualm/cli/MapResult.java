package dev.qualm.cli;

import dev.qualm.Status;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The map of one item.
 *
 * @param status whether it exists
 * @param classes class of each row
 * @param logits of all classes
 * @param prediction class with the largest logit, -1 if the item cannot be read or its logits are not finite
 * @param map cosines {@code [k][k]}, NaN where undefined; empty if the item cannot be read
 * @param errors standard errors likewise for estimates, else empty
 */
@SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
record MapResult(
        MapItem item,
        Status status,
        int[] classes,
        double[] logits,
        int prediction,
        double[][] map,
        double[][] errors) {
    static MapResult unreadable(MapItem item, String reason) {
        return new MapResult(
                item, Status.unreadable(reason), new int[0], new double[0], -1, new double[0][], new double[0][]);
    }

    /** Row of the predicted class, or -1. */
    int predictedRow() {
        return IntStream.range(0, classes.length)
                .filter(r -> classes[r] == prediction)
                .findFirst()
                .orElse(-1);
    }

    /** Whether at least one cosine of two classes exists. */
    boolean hasMap() {
        for (int a = 0; a < map.length; a++) {
            for (int b = a + 1; b < map.length; b++) {
                if (!Double.isNaN(map[a][b])) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Largest softmax probability, NaN without a prediction. */
    double confidence() {
        if (prediction < 0) {
            return Double.NaN;
        }
        double sum = 0;
        for (double z : logits) {
            sum += Math.exp(z - logits[prediction]);
        }
        return 1 / sum;
    }

    /** Rows and columns by falling logit. */
    MapResult byLogit() {
        return ordered(
                Comparator.<Integer>comparingDouble(r -> -logits[classes[r]]).thenComparing(r -> classes[r]));
    }

    /** Rows and columns by class number. */
    MapResult byClass() {
        return ordered(Comparator.comparing(r -> classes[r]));
    }

    private MapResult ordered(Comparator<Integer> by) {
        int[] order = IntStream.range(0, classes.length)
                .boxed()
                .sorted(by)
                .mapToInt(Integer::intValue)
                .toArray();
        int[] moved = IntStream.of(order).map(r -> classes[r]).toArray();
        return new MapResult(item, status, moved, logits, prediction, moved(map, order), moved(errors, order));
    }

    private static double[][] moved(double[][] square, int[] order) {
        double[][] out = new double[square.length][square.length];
        for (int a = 0; a < out.length; a++) {
            for (int b = 0; b < out.length; b++) {
                out[a][b] = square[order[a]][order[b]];
            }
        }
        return out;
    }
}

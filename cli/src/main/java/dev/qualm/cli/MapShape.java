package dev.qualm.cli;

import dev.qualm.array.Array;
import java.util.Arrays;

/**
 * What the axes of an input mean to those who look at its maps.
 *
 * @param item the shape of one input, without the batch axis
 * @param channelsLast whether a picture is {@code [h, w, c]}
 * @param whole whether the input holds whole numbers, such as tokens, whose maps are those of their embeddings
 */
@SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
record MapShape(int[] item, boolean channelsLast, boolean whole) {
    static MapShape of(int[] item, boolean whole) {
        boolean last = item.length == 3 && !isChannels(item[0]) && isChannels(item[2]);
        return new MapShape(item, last, whole);
    }

    private static boolean isChannels(int length) {
        return length == 1 || length == 3;
    }

    /** Whether maps are drawn; those of features and tokens are tables. */
    boolean picture() {
        return !whole && (item.length == 3 || item.length == 2 && item[0] > 1 && item[1] > 1);
    }

    /** Number of channels of a picture, of features otherwise. */
    int channels() {
        return switch (item.length) {
            case 3 -> channelsLast ? item[2] : item[0];
            case 2 -> picture() ? 1 : Array.size(item);
            default -> Array.size(item);
        };
    }

    /**
     * A map, its channels on axis 1.
     *
     * @param map {@code [1, ...]} as the network's differentiable input
     * @return {@code [1, c, h, w]} of a picture; {@code [1, features]} of a row; {@code [1, e, tokens]} of embeddings of length e
     */
    Array channelsFirst(Array map) {
        if (whole) {
            int tokens = Math.max(1, Array.size(item));
            return transposed(map.toDoubles(), tokens, map.size() / tokens);
        }
        if (!picture()) {
            return map.asFloat64().reshape(1, map.size());
        }
        if (item.length == 2) {
            return map.asFloat64().reshape(1, 1, item[0], item[1]);
        }
        int h = channelsLast ? item[0] : item[1];
        int w = channelsLast ? item[1] : item[2];
        return channelsLast
                ? transposed(map.toDoubles(), h * w, item[2]).reshape(1, item[2], h, w)
                : map.asFloat64().reshape(1, item[0], h, w);
    }

    /** {@code [rows, columns]} to {@code [1, columns, rows]}. */
    private static Array transposed(double[] values, int rows, int columns) {
        double[] out = new double[values.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                out[c * rows + r] = values[r * columns + c];
            }
        }
        return Array.of(out, 1, columns, rows);
    }

    /** One number per channel as one per element of an input, where its channels are not the first axis. */
    double[] perElement(double... perChannel) {
        if (!channelsLast || perChannel.length == 1 || perChannel.length != item[2]) {
            return perChannel;
        }
        double[] all = new double[Array.size(item)];
        Arrays.setAll(all, i -> perChannel[i % item[2]]);
        return all;
    }
}

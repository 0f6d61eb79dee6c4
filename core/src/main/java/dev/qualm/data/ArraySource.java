package dev.qualm.data;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.List;

/** The rows of one array. */
record ArraySource(Array values, Layout layout, String describe, List<String> columns) implements ItemSource {
    ArraySource(Array values, Layout layout, String describe) {
        this(values, layout, describe, List.of());
    }

    ArraySource {
        columns = List.copyOf(columns);
        if (values.rank() < 2) {
            throw new ShapeException(describe + ": expected inputs [n, ...] of rank 2 or more, but found " + values);
        }
    }

    /**
     * The layout that items of rank 3 are stored in: the axis of 1, 3 or 4 is the channels; the first where neither is.
     *
     * @throws ShapeException if both are
     */
    static Layout guessLayout(Array values, String name) {
        if (values.rank() != 4) {
            return Layout.NCHW;
        }
        boolean first = isChannels(values.dim(1));
        boolean last = isChannels(values.dim(3));
        if (first && last) {
            throw new ShapeException(name + ": the channels of " + values
                    + " could be axis 1 or axis 3; state the layout as nchw or nhwc");
        }
        return last ? Layout.NHWC : Layout.NCHW;
    }

    private static boolean isChannels(int length) {
        return length == 1 || length == 3 || length == 4;
    }

    @Override
    public int size() {
        return values.dim(0);
    }

    @Override
    public Array item(int row) {
        int[] shape = values.shape();
        return values.slice(row, row + 1).reshape(Arrays.copyOfRange(shape, 1, shape.length));
    }

    @Override
    public String id(int row) {
        return Integer.toString(row);
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.data.ItemSource;
import dev.qualm.data.Layout;
import dev.qualm.network.graph.ValueInfo;
import java.util.Arrays;
import java.util.List;

/** Prepared items in the shape and element type that a network's input declares. */
record FittedSource(Dataset data, ValueInfo input) implements ItemSource {
    @Override
    public int size() {
        return data.size();
    }

    @Override
    public Array item(int row) {
        Batch one = data.read(row, row + 1);
        if (!one.complete()) {
            throw new QualmException(one.status().get(0).toString());
        }
        int[] stored = one.inputs().shape();
        int[] shape = shape(Arrays.copyOfRange(stored, 1, stored.length));
        Array item = one.inputs().reshape(shape);
        DType type = input.type().dtype();
        return type == null || type.isFloating() ? item : WholeNumbers.convert(rounded(item), type);
    }

    /** Pixels that were resized lie between whole numbers; anything else that is not whole is refused later on. */
    private Array rounded(Array item) {
        if (data.preprocessing() == null
                || data.preprocessing().resize() == null
                || !item.dtype().isFloating()) {
            return item;
        }
        double[] values = item.toDoubles().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.rint(values[i]);
        }
        return Array.of(values, item.shape());
    }

    /** The declared shape if an item has as many elements, its own if nothing speaks against it. */
    private int[] shape(int[] item) {
        if (input.rank() < 0) {
            return item;
        }
        boolean fits = input.rank() == item.length + 1;
        boolean closed = true;
        int[] declared = new int[input.rank() - 1];
        for (int i = 0; i < declared.length; i++) {
            declared[i] = (int) input.dim(i + 1);
            closed &= declared[i] >= 0;
            fits = fits && (declared[i] < 0 || declared[i] == item[i]);
        }
        if (fits) {
            return item;
        }
        if (closed && Array.size(declared) == Array.size(item)) {
            return declared;
        }
        throw new ShapeException("Input " + input + " of the model takes "
                + Arrays.toString(declared).replace("-1", "?") + " per item, but the data give " + Arrays.toString(item)
                + (data.preprocessing() == null ? "" : " after " + data.preprocessing())
                + "; change it with --preprocess, --item-shape, or --label and --ignore for columns that are no"
                + " inputs");
    }

    @Override
    public String id(int row) {
        return data.id(row);
    }

    @Override
    public Layout layout() {
        return Layout.NCHW;
    }

    @Override
    public List<String> columns() {
        return data.columns();
    }

    @Override
    public String describe() {
        return data.toString();
    }
}

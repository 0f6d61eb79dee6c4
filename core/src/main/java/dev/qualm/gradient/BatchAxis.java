package dev.qualm.gradient;

import org.bytedeco.pytorch.Tensor;

/**
 * Where a tensor keeps the inputs of the batch.
 *
 * @param axis the axis that grows with the batch
 * @param repeats entries of that axis per input, for example the positions of a sequence that were merged into the batch
 * @param outer whether the entries of one input are neighbours; else they are {@code n} apart
 */
record BatchAxis(int axis, int repeats, boolean outer) {

    /** Inputs first, then repeats, then the other axes in order: {@code [n, repeats, ...]}. */
    Tensor perInput(Tensor t) {
        Tensor first = axis == 0 ? t : t.movedim((long) axis, 0L);
        int rest = (int) t.dim() - 1;
        long[] shape = new long[rest + 2];
        long n = t.size(axis) / repeats;
        shape[0] = outer ? n : repeats;
        shape[1] = outer ? repeats : n;
        for (int i = 0; i < rest; i++) {
            shape[i + 2] = first.size(i + 1);
        }
        // Splitting an axis is a view in every memory format; a reshape might copy.
        Tensor split = repeats == 1 ? first.unsqueeze(outer ? 1 : 0) : first.reshape(shape);
        return outer ? split : split.transpose(0, 1);
    }

    /** The repeats of all inputs as rows, those of one input together: {@code [n * repeats, ...]}; for tensors whose first axis it
     * is. */
    Tensor items(Tensor t) {
        return outer || repeats == 1 ? t : perInput(t).flatten(0, 1);
    }

    /** {@link #perInput} without its repeats when there is one, for shapes that follow. */
    static Tensor addRepeats(Tensor items, int repeats) {
        if (repeats == 1) {
            return items;
        }
        long[] shape = new long[(int) items.dim() + 1];
        shape[0] = items.size(0) / repeats;
        shape[1] = repeats;
        for (int i = 1; i < items.dim(); i++) {
            shape[i + 1] = items.size(i);
        }
        return Recorded.sum(items.reshape(shape), 1);
    }
}

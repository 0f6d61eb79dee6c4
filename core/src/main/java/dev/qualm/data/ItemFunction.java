package dev.qualm.data;

import dev.qualm.array.Array;

/** Makes another item of one item; pure, so that an item is the same in whichever batch it is read. */
@FunctionalInterface
public interface ItemFunction {
    /**
     * The new item.
     *
     * @param item the stored item, not to be written to
     * @param row its row in the source, the same in every view: the place to derive a seed from
     */
    Array apply(Array item, int row);
}

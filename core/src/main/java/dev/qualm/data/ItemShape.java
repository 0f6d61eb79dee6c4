package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The shape that all items of a source must have, found once. It is that of the first readable item of the whole
 * source, not of the view that asks, so that no selection changes which items fit.
 */
final class ItemShape {
    private final ItemSource source;
    private final @Nullable Preprocessing preprocessing;
    private volatile @Nullable Known found;

    ItemShape(ItemSource source, @Nullable Preprocessing preprocessing) {
        this.source = source;
        this.preprocessing = preprocessing;
    }

    /** Element type and dimensions of an item. */
    @SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
    record Known(DType dtype, int[] dims) {
        Array require(Array item, String id) {
            if (item.dtype() != dtype || !Arrays.equals(item.shape(), dims)) {
                throw new ShapeException(
                        id + ": expected " + dtype + Arrays.toString(dims) + " as the first item has, but found " + item
                                + "; set resize, crop or colour to make them alike");
            }
            return item;
        }
    }

    int[] get() {
        return known().dims();
    }

    Known known() {
        Known known = found;
        if (known == null) {
            known = find();
            found = known;
        }
        return known;
    }

    private Known find() {
        String reason = "it has no items";
        for (int row = 0; row < source.size(); row++) {
            try {
                Array item = item(source, row, preprocessing);
                return new Known(item.dtype(), item.shape());
            } catch (QualmException e) {
                reason = row == 0 ? String.valueOf(e.getMessage()) : reason;
            }
        }
        throw new QualmException(
                source.describe() + ": not one of " + source.size() + " items can be read; the first: " + reason);
    }

    static Array item(ItemSource source, int row, @Nullable Preprocessing preprocessing) {
        Array item = source.item(row);
        if (preprocessing == null) {
            return item;
        }
        try {
            return preprocessing.apply(item, source.layout());
        } catch (ShapeException e) {
            throw new ShapeException(source.id(row) + ": " + e.getMessage(), e);
        }
    }
}

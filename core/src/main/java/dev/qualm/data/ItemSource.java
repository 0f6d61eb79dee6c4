package dev.qualm.data;

import dev.qualm.array.Array;
import java.util.List;

/**
 * Items by row number, read when they are asked for. Implementations are immutable and may be read from any number of
 * threads.
 */
public interface ItemSource {
    /** Number of items. */
    int size();

    /**
     * Reads one item.
     *
     * @param row from 0 to {@link #size()} - 1
     * @return {@code [features]}, {@code [h, w]}, an image with channels by {@link #layout()}, or any other shape. The
     *     array may be shared and is not written to
     * @throws dev.qualm.QualmException if the item cannot be read; the reason becomes the item's status
     */
    Array item(int row);

    /** Name of one item: a file name or the row number. */
    String id(int row);

    /** Whether items of rank 3 are {@code [c, h, w]} or {@code [h, w, c]}. */
    Layout layout();

    /** What it is and where it comes from, for messages and reports. */
    String describe();

    /** Names of the columns of a table's rows, one per element of an item; empty where there are none. */
    default List<String> columns() {
        return List.of();
    }
}

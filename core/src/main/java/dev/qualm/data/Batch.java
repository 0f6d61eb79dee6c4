package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import java.util.List;

/**
 * Some items of a {@link Dataset}, in order.
 *
 * @param inputs {@code [n, ...]}. The row of an item that could not be read is NaN in a batch of floats and 0
 *     otherwise; nothing computed from it may be reported
 * @param ids names of the items
 * @param status whether each item could be read
 */
public record Batch(Array inputs, List<String> ids, List<ItemStatus> status) {
    public Batch {
        ids = List.copyOf(ids);
        status = List.copyOf(status);
        if (inputs.dim(0) != ids.size() || ids.size() != status.size()) {
            throw new QualmException("Expected as many names and statuses as rows, but found " + ids.size() + " and "
                    + status.size() + " for " + inputs);
        }
    }

    public int size() {
        return ids.size();
    }

    /** Whether every item could be read. */
    public boolean complete() {
        return status.stream().allMatch(ItemStatus::ok);
    }

    /**
     * This batch, if every item could be read.
     *
     * @throws QualmException otherwise; the message gives the first reasons
     */
    public Batch requireComplete() {
        List<String> reasons =
                status.stream().filter(s -> !s.ok()).map(ItemStatus::toString).toList();
        if (!reasons.isEmpty()) {
            throw new QualmException(reasons.size() + " of " + size() + " items cannot be read: "
                    + String.join("; ", reasons.subList(0, Math.min(3, reasons.size())))
                    + (reasons.size() > 3 ? "; ..." : "") + ". Repair them, or leave them out with withoutDamaged()");
        }
        return this;
    }
}

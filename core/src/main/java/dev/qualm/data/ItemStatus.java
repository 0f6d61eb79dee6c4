package dev.qualm.data;

import org.jspecify.annotations.Nullable;

/**
 * Whether one item of a batch could be read.
 *
 * @param reason why not, or null if it could
 */
public record ItemStatus(@Nullable String reason) {
    /** The item was read. */
    public static final ItemStatus OK = new ItemStatus(null);

    public boolean ok() {
        return reason == null;
    }

    /** {@code ok} or the reason. */
    @Override
    public String toString() {
        return reason == null ? "ok" : reason;
    }
}

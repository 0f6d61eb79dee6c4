package dev.qualm.network;

/**
 * Something compiled, for one use.
 *
 * @param temporary whether it is freed after this use, instead of waiting for the next
 */
record Lease<T extends AutoCloseable>(T plans, boolean temporary) implements AutoCloseable {
    @Override
    public void close() {
        if (temporary) {
            ShapedPlans.free(plans);
        }
    }
}

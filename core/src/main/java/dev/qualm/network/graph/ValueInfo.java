package dev.qualm.network.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Declared name, element type and shape of a graph input or output.
 *
 * @param shape dimensions, or null when the file gives none
 */
public record ValueInfo(
        String name, ElementType type, @Nullable List<Dim> shape) {
    /**
     * One declared dimension.
     *
     * @param size its length, or -1 if unknown
     * @param symbol its symbolic name, empty if it has none
     */
    public record Dim(long size, String symbol) {
        public static Dim of(long size) {
            return new Dim(size < 0 ? -1 : size, "");
        }

        @Override
        public String toString() {
            return size >= 0 ? Long.toString(size) : symbol.isEmpty() ? "?" : symbol;
        }
    }

    public ValueInfo {
        shape = shape == null ? null : List.copyOf(shape);
    }

    /** Float tensor with the given dimensions, -1 for unknown. */
    public static ValueInfo floats(String name, long... dims) {
        return new ValueInfo(
                name, ElementType.FLOAT, Arrays.stream(dims).mapToObj(Dim::of).toList());
    }

    /** Length of an axis, or -1 when it or the whole shape is unknown. */
    public long dim(int axis) {
        return shape == null || axis >= shape.size() ? -1 : shape.get(axis).size();
    }

    /** Number of axes, or -1 when the shape is unknown. */
    public int rank() {
        return shape == null ? -1 : shape.size();
    }

    /** For example {@code input FLOAT[N, 1, 28, 28]}. */
    @Override
    public String toString() {
        return name + " " + type
                + (shape == null
                        ? "[...]"
                        : shape.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]")));
    }
}

package dev.qualm.data;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How npz, npy and idx files are read.
 *
 * @param inputs key of the inputs in an npz file, or null to find it
 * @param labels key of the labels in an npz file, or null to find it
 * @param labelFile npy or idx file of the labels, or null for those of the npz file or those named like the idx file
 * @param layout order of the axes of stored images with channels, or null to find it
 */
public record ArrayOptions(
        @Nullable String inputs,
        @Nullable String labels,
        @Nullable Path labelFile,
        @Nullable Layout layout) {
    /** Everything is found. */
    public static final ArrayOptions DEFAULT = new ArrayOptions(null, null, null, null);

    public ArrayOptions withInputs(@Nullable String key) {
        return new ArrayOptions(key, labels, labelFile, layout);
    }

    public ArrayOptions withLabels(@Nullable String key) {
        return new ArrayOptions(inputs, key, labelFile, layout);
    }

    public ArrayOptions withLabelFile(@Nullable Path file) {
        return new ArrayOptions(inputs, labels, file, layout);
    }

    public ArrayOptions withLayout(@Nullable Layout axes) {
        return new ArrayOptions(inputs, labels, labelFile, axes);
    }
}

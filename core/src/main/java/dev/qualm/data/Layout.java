package dev.qualm.data;

/** Order of the axes of a batch of images. */
public enum Layout {
    /** {@code [n, c, h, w]}, one item {@code [c, h, w]}. */
    NCHW,
    /** {@code [n, h, w, c]}, one item {@code [h, w, c]}. */
    NHWC
}

package dev.qualm.data;

/** Colour channels of a network's input, in order. */
public enum Colour {
    RGB(3),
    BGR(3),
    /** Luma of ITU-R BT.601, {@code 0.299 R + 0.587 G + 0.114 B}, as Pillow's mode {@code L}. */
    GREY(1);

    private final int channels;

    Colour(int channels) {
        this.channels = channels;
    }

    public int channels() {
        return channels;
    }
}

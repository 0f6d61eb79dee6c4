package dev.qualm.data;

import dev.qualm.QualmException;

/** The size an image is brought to before it is cropped. */
public sealed interface Resize {
    /** Exactly this size; the aspect ratio may change. */
    record To(int height, int width) implements Resize {
        public To {
            if (height < 1 || width < 1) {
                throw new QualmException(
                        "Expected a size of at least 1 x 1 to resize to, but found " + height + " x " + width);
            }
        }

        @Override
        public int[] target(int h, int w) {
            return new int[] {height, width};
        }
    }

    /** The shorter side gets this length, the longer one follows (rounded down, as torchvision does). */
    record ShorterSide(int length) implements Resize {
        public ShorterSide {
            if (length < 1) {
                throw new QualmException("Expected a shorter side of at least 1 to resize to, but found " + length);
            }
        }

        @Override
        public int[] target(int h, int w) {
            long longer = (long) ((double) ((long) length * Math.max(h, w)) / Math.min(h, w));
            if (longer > Integer.MAX_VALUE) {
                throw new QualmException("An image of " + h + " x " + w + " with a shorter side of " + length
                        + " would be " + longer + " pixels long");
            }
            return h <= w ? new int[] {length, (int) longer} : new int[] {(int) longer, length};
        }
    }

    /** Height and width that an image of {@code h} by {@code w} pixels gets. */
    int[] target(int h, int w);
}

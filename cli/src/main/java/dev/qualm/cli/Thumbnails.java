package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.data.Batch;
import dev.qualm.data.Filter;
import dev.qualm.data.Layout;
import dev.qualm.data.Preprocessing;
import dev.qualm.report.Picture;
import org.jspecify.annotations.Nullable;

/** Small pictures of items, as the network is shown them but for the standardisation. */
final class Thumbnails {
    private Thumbnails() {}

    /** The picture of an item, its longer side at most {@code longest} pixels; null if it has none. */
    static @Nullable Picture of(MapItem item, int longest) {
        if (item.fit() == null) {
            return null;
        }
        try {
            Batch one = item.fit().pictures().read(item.index(), item.index() + 1);
            return one.complete() ? of(one.inputs(), longest) : null;
        } catch (QualmException e) {
            // Only a thumbnail: the item itself may be no picture, or its problem is reported by its status.
            return null;
        }
    }

    /** A picture of {@code [1, h, w]}, {@code [1, 1, h, w]} or {@code [1, 3, h, w]}; null for anything else. */
    static @Nullable Picture of(Array one, int longest) {
        boolean grey = one.rank() == 3;
        boolean channels = one.rank() == 4 && (one.dim(1) == 1 || one.dim(1) == 3);
        int h = one.rank() < 2 ? 0 : one.dim(-2);
        int w = one.rank() < 2 ? 0 : one.dim(-1);
        if (!(grey || channels) || h < 2 || w < 2) {
            return null;
        }
        Array image = one.reshape(grey ? 1 : one.dim(1), h, w);
        int side = Math.max(h, w);
        if (side > longest) {
            image = Preprocessing.NONE
                    .withResize(Math.max(1, h * longest / side), Math.max(1, w * longest / side))
                    .withFilter(Filter.BOX)
                    .apply(image, Layout.NCHW);
        }
        return Picture.of(spread(image, one));
    }

    /** Values that are neither bytes nor within 0 to 1 are spread over that range. */
    private static Array spread(Array image, Array stored) {
        float[] v = image.toFloats().clone();
        float scale = stored.dtype() == DType.UINT8 ? 255 : 1;
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < v.length; i++) {
            v[i] /= scale;
            low = Math.min(low, v[i]);
            high = Math.max(high, v[i]);
        }
        if (low < 0 || high > 1) {
            for (int i = 0; i < v.length; i++) {
                v[i] = (v[i] - low) / Math.max(Float.MIN_NORMAL, high - low);
            }
        }
        return Array.of(v, image.shape());
    }
}

package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.Bounds;
import dev.qualm.data.Preprocessing;
import dev.qualm.network.graph.ValueInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the least and the largest pixel are in the model's space, one value for all channels or one per channel.
 *
 * @param black the least
 * @param white the largest
 */
@SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
record PixelRange(double[] black, double[] white) {
    private static final double MOST = 255;

    /** The range of bytes after preprocessing; null where pixels are stored as other numbers, whose ends nobody knows. */
    static @Nullable PixelRange of(Preprocessing steps, Array sample, ValueInfo input) {
        if (sample.dtype() != DType.UINT8 || !input.type().isFloating()) {
            return null;
        }
        int n = Math.max(1, Math.max(steps.mean().size(), steps.std().size()));
        return of(steps, n, MOST * steps.scale());
    }

    /** @param brightest what white is once it is scaled, before means are subtracted */
    static PixelRange of(Preprocessing steps, int channels, double brightest) {
        double[] black = new double[channels];
        double[] white = new double[channels];
        for (int c = 0; c < channels; c++) {
            double mean = at(steps.mean(), c, 0);
            double std = at(steps.std(), c, 1);
            black[c] = -mean / std;
            white[c] = (brightest - mean) / std;
        }
        return new PixelRange(black, white);
    }

    private static double at(List<Double> values, int c, double otherwise) {
        return values.isEmpty() ? otherwise : values.get(values.size() == 1 ? 0 : c);
    }

    /** From the least to the largest input. */
    Bounds bounds() {
        double[] low = new double[black.length];
        double[] high = new double[black.length];
        for (int c = 0; c < low.length; c++) {
            low[c] = Math.min(black[c], white[c]);
            high[c] = Math.max(black[c], white[c]);
        }
        return new Bounds(low, high);
    }
}

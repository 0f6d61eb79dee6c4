package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import java.util.List;

/** Means over items. */
final class ItemMeans {
    private static final int CHUNK = 64;

    private ItemMeans() {}

    /** The mean input per channel of pictures and per feature of rows, over all items that can be read. */
    static double[] perChannel(List<MapItem> items, MapShape shape) {
        if (shape.whole()) {
            throw new QualmException("--baseline mean is for inputs that are quantities, but this model's are whole"
                    + " numbers such as tokens");
        }
        double[] sums = new double[shape.channels()];
        long n = 0;
        for (List<MapItem> chunk : ItemBatch.chunks(items, CHUNK, 1)) {
            Array inputs = ItemBatch.read(chunk).inputs();
            for (int i = 0; inputs != null && i < inputs.dim(0); i++) {
                double[] x = shape.channelsFirst(inputs.slice(i, i + 1)).toDoubles();
                int plane = x.length / sums.length;
                for (int k = 0; k < plane * sums.length; k++) {
                    sums[k / plane] += x[k] / plane;
                }
                n++;
            }
        }
        for (int c = 0; c < sums.length; c++) {
            sums[c] /= n;
        }
        return sums;
    }
}

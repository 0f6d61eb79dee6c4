package dev.qualm.detect.decision;

import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.detect.verdict.ItemUniform;
import dev.qualm.mutation.ItemSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What the items of a data set hold.
 *
 * @param hashes by item; 0 where it cannot be read
 * @param readable by item
 */
@SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
record ItemContents(long[] hashes, boolean[] readable) {
    private static final int PART = 256;

    static ItemContents of(Dataset data) {
        long[] hashes = new long[data.size()];
        boolean[] readable = new boolean[data.size()];
        for (int from = 0; from < data.size(); from += PART) {
            int start = from;
            Batch batch = data.read(from, Math.min(data.size(), from + PART));
            int[] kept = IntStream.range(0, batch.size())
                    .filter(i -> batch.status().get(i).ok())
                    .toArray();
            long[] found = ItemSet.each(batch.inputs().select(kept));
            for (int i = 0; i < kept.length; i++) {
                hashes[start + kept[i]] = found[i];
                readable[start + kept[i]] = true;
            }
        }
        return new ItemContents(hashes, readable);
    }

    int[] readableItems() {
        return IntStream.range(0, hashes.length).filter(i -> readable[i]).toArray();
    }

    /** The name of a content, for smoothed p-values. */
    static String text(long hash) {
        return Long.toHexString(hash);
    }

    /**
     * Draws about a share of some items, equal contents all or none. Which contents are drawn depends on them and the
     * seed, not on the order of the items.
     *
     * @return by item, whether it was drawn
     */
    static boolean[] draw(long[] contents, double share, long seed) {
        Map<Long, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < contents.length; i++) {
            groups.computeIfAbsent(contents[i], c -> new ArrayList<>()).add(i);
        }
        ItemUniform uniform = new ItemUniform(seed);
        List<Map.Entry<Double, List<Integer>>> order = new ArrayList<>();
        groups.forEach((content, items) -> order.add(Map.entry(uniform.of("split " + text(content)), items)));
        order.sort(Comparator.comparingDouble(Map.Entry::getKey));
        boolean[] drawn = new boolean[contents.length];
        long wanted = Math.round(share * contents.length);
        int count = 0;
        for (Map.Entry<Double, List<Integer>> group : order) {
            if (count >= wanted) {
                break;
            }
            group.getValue().forEach(i -> drawn[i] = true);
            count += group.getValue().size();
        }
        return drawn;
    }

    /** The items that were drawn, or those that were not, in order. */
    static int[] where(boolean[] drawn, boolean wanted) {
        return IntStream.range(0, drawn.length).filter(i -> drawn[i] == wanted).toArray();
    }
}

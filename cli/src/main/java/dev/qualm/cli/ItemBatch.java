package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.data.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Items of one data set, read.
 *
 * @param readable places of those that could be read
 * @param inputs their rows, or null if there are none
 * @param problems why the others could not, by place; empty for those that could
 */
@SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
record ItemBatch(
        List<MapItem> items, int[] readable, @Nullable Array inputs, List<String> problems) {
    /**
     * Consecutive items of one data set each, shared out evenly.
     *
     * @param most items of a chunk
     */
    static List<List<MapItem>> chunks(List<MapItem> items, int most, int threads) {
        int even = Math.max(1, Math.min(most, (items.size() + threads - 1) / threads));
        List<List<MapItem>> chunks = new ArrayList<>();
        for (int from = 0; from < items.size(); ) {
            int to = from + 1;
            while (to < items.size()
                    && to - from < even
                    && Objects.equals(items.get(to).fit(), items.get(from).fit())) {
                to++;
            }
            chunks.add(items.subList(from, to));
            from = to;
        }
        return chunks;
    }

    /** Reads items of one data set. */
    static ItemBatch read(List<MapItem> items) {
        InputFit fit = items.get(0).fit();
        if (fit == null) {
            return new ItemBatch(
                    items,
                    new int[0],
                    null,
                    items.stream().map(MapItem::problem).toList());
        }
        Batch batch = fit.data().read(items.stream().mapToInt(MapItem::index).toArray());
        int[] readable = IntStream.range(0, batch.size())
                .filter(i -> batch.status().get(i).ok())
                .toArray();
        Array inputs = readable.length == 0
                ? null
                : readable.length == items.size()
                        ? batch.inputs()
                        : batch.inputs().select(readable);
        List<String> problems =
                batch.status().stream().map(s -> s.ok() ? "" : s.toString()).toList();
        return new ItemBatch(items, readable, inputs, problems);
    }

    /** Why an item could not be read; empty if it could. */
    String problem(int i) {
        return problems.get(i);
    }
}

package dev.qualm.sustainability;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Items in order, read a few at a time. */
sealed interface Source {
    int size();

    /** Items {@code from} (inclusive) to {@code to} (exclusive), without those that cannot be read. */
    Part read(int from, int to);

    /** Further entries of the provenance. */
    Map<String, String> notes();

    /**
     * What could be read, and what could not.
     *
     * @param ids of the items
     */
    record Part(Items items, List<String> ids, List<ItemProblem> unreadable) {}

    /** An array. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Batch(Array inputs, int @Nullable [] labels) implements Source {
        @Override
        public int size() {
            return inputs.dim(0);
        }

        @Override
        public Part read(int from, int to) {
            int[] rows = IntStream.range(from, to).toArray();
            int[] own = labels == null ? null : java.util.Arrays.copyOfRange(labels, from, to);
            Array part = from == 0 && to == size() ? inputs : inputs.slice(from, to);
            List<String> ids =
                    IntStream.of(rows).mapToObj(i -> Integer.toString(i)).toList();
            return new Part(new Items(part, own, rows), ids, List.of());
        }

        @Override
        public Map<String, String> notes() {
            return Map.of("attacked class", labels == null ? "predicted" : "true");
        }

        @Override
        public String toString() {
            return inputs.toString();
        }
    }

    /** A data set. */
    record Stored(Dataset data, int @Nullable [] labels) implements Source {
        Stored(Dataset data) {
            this(data, data.labelled() ? data.labels() : null);
        }

        @Override
        public int size() {
            return data.size();
        }

        @Override
        public Part read(int from, int to) {
            dev.qualm.data.Batch batch = data.read(from, to);
            int[] kept = IntStream.range(0, to - from)
                    .filter(i -> batch.status().get(i).ok())
                    .toArray();
            List<ItemProblem> unreadable = new ArrayList<>();
            for (int i = 0; i < to - from; i++) {
                if (!batch.status().get(i).ok()) {
                    Status status = Status.unreadable(batch.status().get(i).toString());
                    unreadable.add(new ItemProblem(from + i, batch.ids().get(i), "", status));
                }
            }
            int[] own = labels == null
                    ? null
                    : IntStream.of(kept).map(i -> labels[from + i]).toArray();
            Array inputs = batch.complete() ? batch.inputs() : batch.inputs().select(kept);
            int[] rows = IntStream.of(kept).map(i -> from + i).toArray();
            List<String> ids = IntStream.of(kept).mapToObj(batch.ids()::get).toList();
            return new Part(new Items(inputs, own, rows), ids, unreadable);
        }

        @Override
        public Map<String, String> notes() {
            return Map.of("attacked class", labels == null ? "predicted" : "true");
        }

        @Override
        public String toString() {
            return data.toString();
        }
    }
}

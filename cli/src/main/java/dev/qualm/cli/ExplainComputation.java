package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.Explainer;
import dev.qualm.attribution.Explanation;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Explains items from any data sets in all columns. All maps of an item speak for the same class, chosen by the logits of the
 * network itself.
 */
record ExplainComputation(Network network, List<ExplainColumn> columns, ClassChoice choice, int threads) {
    private static final int CHUNK = 16;

    /** Items read, with the network's answers to those that could be. */
    private record Chunk(ItemBatch batch, double[][] logits, int[] classes) {}

    /** @param progress takes the number of maps done so far, from any thread */
    List<ExplainResult> of(List<MapItem> items, LongConsumer progress) {
        try (Workers workers = Workers.of(threads)) {
            List<List<MapItem>> parts = ItemBatch.chunks(items, CHUNK, threads);
            List<Chunk> chunks = workers.map(parts.size(), i -> chunk(parts.get(i)));
            int n = chunks.size();
            columns.forEach(c -> c.expect(n));
            AtomicLong done = new AtomicLong();
            // Column by column, so that few methods are compiled at a time.
            List<List<ExplainCell>> cells = workers.map(n * columns.size(), t -> {
                Chunk chunk = chunks.get(t % n);
                List<ExplainCell> found = cells(columns.get(t / n), chunk);
                progress.accept(done.addAndGet(chunk.batch.items().size()));
                return found;
            });
            return results(chunks, cells);
        }
    }

    private Chunk chunk(List<MapItem> items) {
        ItemBatch batch = ItemBatch.read(items);
        Array inputs = batch.inputs();
        if (inputs == null) {
            return new Chunk(batch, new double[0][], new int[0]);
        }
        Array z = network.logits(inputs);
        int k = z.size() / z.dim(0);
        double[] flat = z.toDoubles();
        double[][] logits = new double[z.dim(0)][];
        int[] classes = new int[logits.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = Arrays.copyOfRange(flat, i * k, (i + 1) * k);
            classes[i] = choice.in(logits[i]);
        }
        return new Chunk(batch, logits, classes);
    }

    /** One cell per readable item. */
    private static List<ExplainCell> cells(ExplainColumn column, Chunk chunk) {
        List<ExplainCell> cells = new ArrayList<>();
        long start = System.nanoTime();
        try {
            Array inputs = chunk.batch.inputs();
            if (inputs != null) {
                Explainer explainer = column.explainer();
                cells(explainer.explain(inputs, chunk.classes), cells);
            }
        } catch (QualmException e) {
            cells.clear();
            for (int i = 0; i < chunk.classes.length; i++) {
                cells.add(ExplainCell.refused(String.valueOf(e.getMessage())));
            }
        } finally {
            column.spent(System.nanoTime() - start);
            column.done();
        }
        return cells;
    }

    private static void cells(Explanation e, List<ExplainCell> to) {
        for (int i = 0; i < e.classes().length; i++) {
            to.add(new ExplainCell(
                    e.status().get(i),
                    e.relevance().slice(i, i + 1),
                    e.logits()[i],
                    e.residuals()[i],
                    e.passes(),
                    e.warnings(),
                    false));
        }
    }

    private List<ExplainResult> results(List<Chunk> chunks, List<List<ExplainCell>> cells) {
        List<ExplainResult> results = new ArrayList<>();
        for (int c = 0; c < chunks.size(); c++) {
            Chunk chunk = chunks.get(c);
            int row = 0;
            for (int i = 0; i < chunk.batch.items().size(); i++) {
                MapItem item = chunk.batch.items().get(i);
                if (!chunk.batch.problem(i).isEmpty()) {
                    results.add(ExplainResult.unreadable(item, chunk.batch.problem(i), columns.size()));
                    continue;
                }
                List<ExplainCell> own = new ArrayList<>();
                for (int k = 0; k < columns.size(); k++) {
                    own.add(cells.get(k * chunks.size() + c).get(row));
                }
                results.add(result(item, chunk, row, own));
                row++;
            }
        }
        return results;
    }

    private static ExplainResult result(MapItem item, Chunk chunk, int row, List<ExplainCell> cells) {
        double[] logits = chunk.logits[row];
        boolean finite = Arrays.stream(logits).allMatch(Double::isFinite);
        return new ExplainResult(
                item,
                finite ? Status.OK : Status.nonFinite("the network's answer holds NaN or infinity"),
                logits,
                finite ? new ClassChoice(0, -1).in(logits) : -1,
                finite ? chunk.classes[row] : -1,
                cells);
    }
}

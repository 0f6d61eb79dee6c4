package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.detect.wrong.SampleReader;
import dev.qualm.detect.wrong.Samples;
import dev.qualm.mutation.ItemSet;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.MutantPool;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Computes the features of a data set's items, block by block, so that the items need not all be in memory. */
record SampleComputation(Network network, Workers workers) {
    /** Items read off the network together. */
    private static final int BLOCK = 64;

    /** Items that meet a mutant together. */
    private static final int MUTANT_BLOCK = 256;

    /**
     * Features of the items that were kept.
     *
     * @param kept their numbers in the data set
     */
    @SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
    record Read(Samples samples, int[] kept) {}

    private record Block(@Nullable Samples samples, int[] kept) {}

    /**
     * Predictions, confidence and conductance.
     *
     * @param pool items that accepted its mutants are left out; null to keep all
     * @param progress takes the number of items done, from any thread
     */
    Read read(Dataset data, SampleReader reader, @Nullable MutantPool pool, LongConsumer progress) {
        int blocks = (data.size() + BLOCK - 1) / BLOCK;
        AtomicInteger done = new AtomicInteger();
        List<Block> parts = workers.map(blocks, b -> {
            int from = b * BLOCK;
            Array x = data.batch(from, Math.min(data.size(), from + BLOCK));
            boolean[] held = pool == null ? new boolean[x.dim(0)] : pool.items().holds(x);
            int[] rows = IntStream.range(0, held.length).filter(i -> !held[i]).toArray();
            Samples samples = rows.length == 0 ? null : reader.read(rows.length == held.length ? x : x.select(rows));
            progress.accept(done.addAndGet(held.length));
            return new Block(samples, Arrays.stream(rows).map(i -> from + i).toArray());
        });
        int[] kept = parts.stream().flatMapToInt(b -> Arrays.stream(b.kept)).toArray();
        List<Samples> found = new ArrayList<>();
        for (Block part : parts) {
            if (part.samples != null) {
                found.add(part.samples);
            }
        }
        if (found.isEmpty()) {
            throw new QualmException("Not one of the " + data.size()
                    + " items can be used: all of them decided which mutants were accepted; give other items");
        }
        return new Read(Samples.concat(found), kept);
    }

    /**
     * The same items with the label change rates of a pool, of all its mutants.
     *
     * @param data the items of the samples, in their order
     * @param progress takes the number of runs done, of {@code items * mutants}
     * @throws dev.qualm.mutation.MutationException if some of the items accepted the mutants
     */
    Samples withRates(Samples samples, Dataset data, MutantPool pool, LongConsumer progress) {
        LabelChangeRate method = LabelChangeRate.of(pool.mutants());
        int n = data.size();
        int[] labels = data.labels();
        double[] rates = new double[n];
        double runs = 0;
        for (int from = 0; from < n; from += MUTANT_BLOCK) {
            int first = from;
            int to = Math.min(n, from + MUTANT_BLOCK);
            Array x = data.batch(from, to);
            pool.requireUnseen(ItemSet.of(x, Arrays.copyOfRange(labels, from, to)));
            AtomicInteger asked = new AtomicInteger();
            // Called once a mutant: items are decided only after the last.
            LabelChangeRate.Result found = method.on(
                    network,
                    Map.of(network.input().name(), x),
                    workers,
                    decided -> progress.accept((long) first * pool.size()
                            + (long) (to - first) * Math.min(pool.size(), asked.incrementAndGet())));
            System.arraycopy(found.rates(), 0, rates, from, to - from);
            runs += found.runs();
        }
        return samples.withLabelChangeRate(rates, runs / n - 1, pool.provenance());
    }
}

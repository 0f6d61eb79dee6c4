package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Batches cut into micro-batches, and the results put together. */
final class AttackBatches {
    private AttackBatches() {}

    /** Uses a part of a batch. */
    @FunctionalInterface
    interface Part {
        /** Given rows of the batch that start at {@code from}. */
        void use(Array rows, int from);
    }

    /** Attacks a micro-batch. */
    @FunctionalInterface
    interface Search {
        /** Leaves the results in the trail, whose rows start at {@code from} in the batch. */
        void run(Trail trail, int from);
    }

    /** Rows that suit the network. */
    static int rows(Network network, Array batch) {
        return batch.dim(0) == 0 ? 1 : network.microBatch(Map.of(network.input().name(), batch));
    }

    /** Cuts a batch; an empty one has no parts. */
    static void each(Network network, Array batch, Part use) {
        int n = batch.dim(0);
        int rows = rows(network, batch);
        for (int from = 0; from < n; from += rows) {
            use.use(batch.slice(from, Math.min(n, from + rows)), from);
        }
    }

    /** Attacks a batch, micro-batch by micro-batch. */
    static Adversarial run(Network network, Array batch, Aim aim, Box box, Provenance provenance, Search search) {
        LossSweep.requireLabels(batch, aim.classes());
        int n = batch.dim(0);
        Box bounds = box.spread(batch);
        double[] out = new double[batch.size()];
        boolean[] success = new boolean[n];
        int[] predicted = new int[n];
        Norms[] norms = new Norms[n];
        int[] queries = new int[n];
        int[] gradients = new int[n];
        Status[] status = new Status[n];
        each(network, batch, (part, from) -> {
            int rows = part.dim(0);
            int[] own = Arrays.copyOfRange(aim.classes(), from, from + rows);
            Trail trail = new Trail(network, bounds, part, new Aim(own, aim.targeted()));
            search.run(trail, from);
            for (int i = 0; i < rows; i++) {
                success[from + i] = trail.success[i];
                predicted[from + i] = trail.predicted[i];
                queries[from + i] = trail.queries[i];
                gradients[from + i] = trail.gradients[i];
                status[from + i] = trail.status[i];
                norms[from + i] = Norms.of(trail.original, trail.best, i, bounds);
            }
            System.arraycopy(trail.best, 0, out, from * trail.width, trail.best.length);
        });
        return new Adversarial(
                LossSweep.array(network, out, batch.shape()),
                success,
                predicted,
                List.of(norms),
                queries,
                gradients,
                List.of(status),
                provenance.with("targeted", aim.targeted()));
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.data.Batch;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Images of an audit and what is wanted of each.
 *
 * @param batch all images, also unreadable ones
 * @param others images that targets are taken from, or null for attacks without
 * @param target row of the target among {@code others}, {@code [n]}; -1 for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AuditSet(Batch batch, @Nullable Batch others, int[] target) {
    /** @param others images given as targets, or null for others of the batch */
    static AuditSet of(Network network, Batch batch, @Nullable Batch others, boolean targeted, long seed) {
        int n = batch.size();
        int[] target = new int[n];
        Arrays.fill(target, -1);
        if (!targeted) {
            return new AuditSet(batch, null, target);
        }
        int[] readable = readable(others == null ? batch : others);
        if (readable.length == 0) {
            throw new QualmException("Not one of the target images can be read");
        }
        if (others != null) {
            Arrays.setAll(target, i -> readable[i % readable.length]);
            return new AuditSet(batch, others, target);
        }
        if (readable.length < 2) {
            throw new QualmException(
                    "Expected two readable images at least, for each to be the other's target, but found "
                            + readable.length
                            + "; give other images with --targets, or take --attack top-k, mass-centre or"
                            + " untargeted");
        }
        int[] predicted = predictions(network, batch, readable);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i : readable) {
            int[] other = IntStream.of(readable)
                    .filter(j -> predicted[j] != predicted[i])
                    .toArray();
            int[] from = other.length > 0
                    ? other
                    : IntStream.of(readable).filter(j -> j != i).toArray();
            target[i] = from[random.nextInt(from.length)];
        }
        return new AuditSet(batch, batch, target);
    }

    private static int[] predictions(Network network, Batch batch, int... readable) {
        Array logits = network.logits(batch.inputs().select(readable));
        int[] out = new int[batch.size()];
        for (int k = 0; k < readable.length; k++) {
            out[readable[k]] =
                    ManipulationFindings.Logits.argmax(logits.slice(k, k + 1).toDoubles());
        }
        return out;
    }

    private static int[] readable(Batch batch) {
        return IntStream.range(0, batch.size())
                .filter(i -> batch.status().get(i).ok())
                .toArray();
    }

    int[] readable() {
        return readable(batch);
    }

    Array inputs() {
        return batch.inputs();
    }

    /** Targets of some images, or null for attacks without. */
    @Nullable
    Array targets(int... images) {
        return others == null
                ? null
                : others.inputs()
                        .select(IntStream.of(images).map(i -> target[i]).toArray());
    }

    @Nullable
    String targetId(int image) {
        return others == null || target[image] < 0 ? null : others.ids().get(target[image]);
    }
}

package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.attack.Adversarial;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An attack on a part of the data. Only items that were answered otherwise than the attacker wants are attacked; the others stay as they
 * are.
 *
 * @param from number of the first item in the data
 * @param rows numbers of those that could be read
 * @param inputs of these, {@code [n, ...]}
 * @param labels true classes, or the predicted ones without labels
 * @param before classes predicted without attack; -1 where the network answers NaN or infinity
 * @param attacked places in {@code rows} of the items that were attacked
 * @param found what became of these; null if there are none
 * @param unreadable how many items could not be read
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AttackedPart(
        int from,
        int[] rows,
        @Nullable Array inputs,
        int[] labels,
        int[] before,
        int[] attacked,
        @Nullable Adversarial found,
        int unreadable) {
    /**
     * Attacks.
     *
     * @param target the wanted class, or null for any other
     */
    static AttackedPart run(
            Network network, AttackSpec spec, @Nullable ClassChoice target, Dataset data, int from, int to) {
        Batch batch = data.read(from, to);
        int[] kept = IntStream.range(0, to - from)
                .filter(i -> batch.status().get(i).ok())
                .toArray();
        int unreadable = to - from - kept.length;
        if (kept.length == 0) {
            return new AttackedPart(from, kept, null, kept, kept, kept, null, unreadable);
        }
        Array inputs = batch.complete() ? batch.inputs() : batch.inputs().select(kept);
        double[] logits = network.logits(inputs).toDoubles();
        int classes = logits.length / kept.length;
        int[] before = new int[kept.length];
        int[] targets = new int[kept.length];
        for (int i = 0; i < kept.length; i++) {
            double[] row = Arrays.copyOfRange(logits, i * classes, (i + 1) * classes);
            before[i] = predicted(row);
            targets[i] = target == null ? -1 : target.in(row);
        }
        int[] all = data.labelled() ? data.labels() : new int[0];
        int[] labels =
                data.labelled() ? IntStream.of(kept).map(i -> all[from + i]).toArray() : before.clone();
        int[] attacked = IntStream.range(0, kept.length)
                .filter(i -> before[i] >= 0 && (target == null ? before[i] == labels[i] : before[i] != targets[i]))
                .toArray();
        int[] rows = IntStream.of(kept).map(i -> from + i).toArray();
        Adversarial found = attacked.length == 0
                ? null
                : spec.run(
                        network,
                        inputs.select(attacked),
                        select(labels, attacked),
                        target == null ? null : select(targets, attacked));
        return new AttackedPart(from, rows, inputs, labels, before, attacked, found, unreadable);
    }

    static int[] select(int[] values, int[] places) {
        return IntStream.of(places).map(i -> values[i]).toArray();
    }

    /** The class with the largest logit, the first of equal ones; -1 unless all are numbers. */
    static int predicted(double[] logits) {
        int best = 0;
        for (int k = 0; k < logits.length; k++) {
            if (!Double.isFinite(logits[k])) {
                return -1;
            }
            best = logits[k] > logits[best] ? k : best;
        }
        return best;
    }

    /** How many items were read. */
    int size() {
        return rows.length;
    }
}

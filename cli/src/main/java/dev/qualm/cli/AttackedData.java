package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.attack.Adversarial;
import dev.qualm.attack.Norms;
import dev.qualm.metric.Proportion;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What an attack made of all items, in the order of the data. */
final class AttackedData {
    /** Arrays hold no more entries; and so much is no file to hand around. */
    private static final long MOST = 1L << 30;

    final int[] rows;
    final int[] labels;
    final int[] before;
    final int[] predicted;
    final boolean[] attacked;
    final boolean[] success;
    final boolean[] doubtful;
    final Norms[] norms;
    final int[] queries;
    final int[] gradients;
    final int unreadable;
    private final float @Nullable [] inputs;
    private final int[] shape;

    /** @param keepInputs whether the changed inputs are wanted, which take the most memory */
    AttackedData(List<AttackedPart> parts, boolean keepInputs) {
        int n = parts.stream().mapToInt(AttackedPart::size).sum();
        rows = new int[n];
        labels = new int[n];
        before = new int[n];
        predicted = new int[n];
        attacked = new boolean[n];
        success = new boolean[n];
        doubtful = new boolean[n];
        norms = new Norms[n];
        Arrays.fill(norms, new Norms(0, 0, 0, 0));
        queries = new int[n];
        gradients = new int[n];
        unreadable = parts.stream().mapToInt(AttackedPart::unreadable).sum();
        Array first = parts.stream()
                .map(AttackedPart::inputs)
                .filter(java.util.Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new QualmException("Not one item can be read"));
        int width = first.size() / first.dim(0);
        shape = first.shape();
        shape[0] = n;
        if (keepInputs && (long) n * width > MOST) {
            throw new QualmException("The changed inputs would be " + (long) n * width
                    + " numbers; attack fewer items at a time with --limit, or leave --out away");
        }
        inputs = keepInputs ? new float[n * width] : null;
        int at = 0;
        for (AttackedPart part : parts) {
            fill(part, at, width);
            at += part.size();
        }
    }

    private void fill(AttackedPart part, int at, int width) {
        System.arraycopy(part.rows(), 0, rows, at, part.size());
        System.arraycopy(part.labels(), 0, labels, at, part.size());
        System.arraycopy(part.before(), 0, before, at, part.size());
        System.arraycopy(part.before(), 0, predicted, at, part.size());
        Array original = part.inputs();
        if (inputs != null && original != null) {
            System.arraycopy(original.toFloats(), 0, inputs, at * width, part.size() * width);
        }
        Adversarial found = part.found();
        if (found == null) {
            return;
        }
        float[] changed = inputs == null ? new float[0] : found.inputs().toFloats();
        for (int r = 0; r < part.attacked().length; r++) {
            int i = at + part.attacked()[r];
            attacked[i] = true;
            success[i] = found.success()[r];
            predicted[i] = found.predicted()[r];
            doubtful[i] = !found.status().get(r).isOk();
            norms[i] = found.norms().get(r);
            queries[i] = found.queries()[r];
            gradients[i] = found.gradients()[r];
            if (inputs != null) {
                System.arraycopy(changed, r * width, inputs, i * width, width);
            }
        }
    }

    int n() {
        return rows.length;
    }

    /** The changed inputs as the network takes them, {@code [n, ...]}; only if they were kept. */
    Array inputs() {
        return Array.of(java.util.Objects.requireNonNull(inputs), shape);
    }

    /** Places of the items that were attacked. */
    int[] places() {
        return IntStream.range(0, n()).filter(i -> attacked[i]).toArray();
    }

    /** Share of the attacked items on which the aim was reached; null if none was attacked. */
    @Nullable
    Proportion rate() {
        int count = places().length;
        long reached = IntStream.range(0, n()).filter(i -> success[i]).count();
        return count == 0 ? null : new Proportion(reached, count);
    }

    /** Share of all items answered right. */
    Proportion accuracy(boolean afterwards) {
        int[] answers = afterwards ? predicted : before;
        return new Proportion(
                IntStream.range(0, n()).filter(i -> answers[i] == labels[i]).count(), n());
    }

    /**
     * Writes everything as npz.
     *
     * @param stored the changed inputs in the form in which they are to be stored
     */
    void write(Path file, Array stored) {
        int n = n();
        Map<String, Array> arrays = new LinkedHashMap<>();
        arrays.put("inputs", stored);
        arrays.put("labels", Array.of(labels, n));
        arrays.put("item", Array.of(rows, n));
        arrays.put("original", Array.of(before, n));
        arrays.put("predicted", Array.of(predicted, n));
        arrays.put("attacked", Array.of(attacked, n));
        arrays.put("success", Array.of(success, n));
        arrays.put("no_gradient", Array.of(doubtful, n));
        arrays.put("linf", of(i -> norms[i].linf()));
        arrays.put("l2", of(i -> norms[i].l2()));
        arrays.put("l1", of(i -> norms[i].l1()));
        arrays.put(
                "changed",
                Array.of(IntStream.range(0, n).map(i -> norms[i].changed()).toArray(), n));
        arrays.put("queries", Array.of(queries, n));
        arrays.put("gradients", Array.of(gradients, n));
        Npz.write(file, arrays);
    }

    private Array of(java.util.function.IntToDoubleFunction value) {
        return Array.of(IntStream.range(0, n()).mapToDouble(value).toArray(), n());
    }
}

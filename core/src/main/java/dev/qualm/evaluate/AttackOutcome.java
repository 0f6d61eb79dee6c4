package dev.qualm.evaluate;

import dev.qualm.Provenance;
import dev.qualm.attack.Adversarial;
import dev.qualm.attack.Norms;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Proportion;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What an attack did to the ordinary items that were predicted rightly. Only those that it broke are in the set; the others are neither
 * positive nor negative there.
 *
 * @param attacked items predicted rightly, all of which were attacked
 * @param broken items predicted wrongly afterwards
 * @param doubtful items that met a zero or non-finite gradient
 * @param linf mean and largest change of broken items
 * @param l2 likewise
 * @param l1 likewise
 * @param passes forward passes of one item, a gradient counted as one more, in all
 * @param provenance the attack with all its settings
 */
public record AttackOutcome(
        int attacked, int broken, int doubtful, Size linf, Size l2, Size l1, long passes, Provenance provenance) {
    /**
     * A norm of changes, in the unit of the attack's box.
     *
     * @param mean NaN if nothing was broken
     * @param largest likewise
     */
    public record Size(double mean, double largest) {}

    /** Share of the attacked items that were broken; NaN if nothing was attacked. */
    public double successRate() {
        return broken / (double) attacked;
    }

    /** Wilson's 95 % interval of the share, or null if nothing was attacked. */
    public @Nullable Interval successInterval() {
        return attacked == 0 ? null : new Proportion(broken, attacked).interval();
    }

    @Override
    public String toString() {
        return broken + " of " + attacked + " broken (" + provenance + ")";
    }

    /** Adds up batches. */
    static final class Sums {
        private int attacked;
        private int broken;
        private int doubtful;
        private long passes;
        private final double[] sum = new double[3];
        private final double[] largest = new double[3];

        /** A batch that was attacked. */
        void add(Adversarial batch) {
            attacked += batch.n();
            doubtful += (int) batch.warnings();
            for (int p : batch.passes()) {
                passes += p;
            }
        }

        /** One of its items is in the set. */
        void broken(Norms norms) {
            broken++;
            add(0, norms, Norms::linf);
            add(1, norms, Norms::l2);
            add(2, norms, Norms::l1);
        }

        private void add(int k, Norms norms, ToDoubleFunction<Norms> size) {
            sum[k] += size.applyAsDouble(norms);
            largest[k] = Math.max(largest[k], size.applyAsDouble(norms));
        }

        AttackOutcome outcome(Provenance made) {
            return new AttackOutcome(attacked, broken, doubtful, size(0), size(1), size(2), passes, made);
        }

        private Size size(int k) {
            return broken == 0 ? new Size(Double.NaN, Double.NaN) : new Size(sum[k] / broken, largest[k]);
        }
    }
}

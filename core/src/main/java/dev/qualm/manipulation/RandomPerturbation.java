package dev.qualm.manipulation;

import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The control of every attack: images changed as much as the attack changed them, but at random. What a map moves under it, it
 * moves without an attacker.
 *
 * @param direction how random directions are drawn
 * @param norm in which the change equals the attack's, per image
 * @param seed an image's choices also depend on its row
 */
public record RandomPerturbation(Direction direction, Optimizer.Norm norm, long seed) {
    /** Halvings of the interval of the scale; the last one is below the rounding of doubles. */
    private static final int HALVINGS = 60;

    /** Random directions. */
    public enum Direction {
        /** Plus or minus one per entry, with equal chances. */
        SIGN,
        /** Independent standard normal entries. */
        GAUSSIAN
    }

    /**
     * Perturbed images.
     *
     * @param images {@code [n, ...]}, in the element type that attacks work in
     * @param norms the change that was made, {@code [n]}
     * @param status {@code UNDEFINED} where the box leaves no room for a change as large as the attack's; the largest
     *     possible one was made there
     */
    public record Control(Array images, double[] norms, List<Status> status) {
        public Control {
            status = List.copyOf(status);
        }
    }

    /**
     * Perturbs the originals of attacked images.
     *
     * @param originals {@code [n, c, ...]}
     * @param attacked of the same shape
     * @param constraint whose box is kept to; its balls are not asked, the norm is the attack's anyway
     */
    public Control of(Array originals, Array attacked, Constraint constraint) {
        if (originals.rank() < 2 || !Arrays.equals(originals.shape(), attacked.shape()) || originals.dim(0) == 0) {
            throw new ShapeException("Expected originals and attacked images of one shape [n, ...], but found "
                    + originals + " and " + attacked);
        }
        DType dtype = originals.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        int[] shape = Rows.shape(originals);
        int n = originals.dim(0);
        Constraint box = constraint.hasBox() ? Constraint.box(constraint.low(), constraint.high()) : Constraint.none();
        List<double[]> images = new ArrayList<>();
        List<Status> status = new ArrayList<>();
        double[] norms = new double[n];
        for (int i = 0; i < n; i++) {
            double[] original = Rows.row(originals, i);
            double wanted = length(Vectors.minus(Rows.row(attacked, i), original));
            Status found = box.check(original, shape);
            double[] moved = found.isOk() && Double.isFinite(wanted)
                    ? perturb(original, wanted, Seeds.of(seed, i, 0), box, shape)
                    : original.clone();
            Rows.round(dtype, moved);
            norms[i] = length(Vectors.minus(moved, original));
            images.add(moved);
            status.add(found.isOk() ? status(wanted, norms[i]) : found);
        }
        return new Control(Rows.batch(dtype, images, shape), norms, status);
    }

    private static Status status(double wanted, double made) {
        if (!Double.isFinite(wanted)) {
            return Status.nonFinite("the attacked image holds NaN or infinity");
        }
        // Rounding to floats, and no more than that.
        return made >= wanted * (1 - 1e-3)
                ? Status.OK
                : Status.undefined("the box leaves room for a random change of " + made + ", not of " + wanted);
    }

    /** The length of a clipped step grows with its scale, so that doubling and halving find the scale. */
    private double[] perturb(double[] original, double wanted, SplittableRandom random, Constraint box, int... shape) {
        double[] along = direction == Direction.SIGN
                ? Seeds.signs(random, original.length)
                : Seeds.gaussian(random, original.length);
        double to = wanted / Math.max(length(along), Double.MIN_NORMAL);
        for (int i = 0; i < HALVINGS && length(step(original, along, to, box, shape)) < wanted; i++) {
            to *= 2;
        }
        double from = 0;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (from + to) / 2;
            if (length(step(original, along, middle, box, shape)) < wanted) {
                from = middle;
            } else {
                to = middle;
            }
        }
        double[] moved = original.clone();
        Vectors.add(moved, step(original, along, to, box, shape), 1);
        return moved;
    }

    private static double[] step(double[] original, double[] along, double scale, Constraint box, int... shape) {
        double[] moved = original.clone();
        Vectors.add(moved, along, scale);
        return Vectors.minus(box.project(moved, original, shape), original);
    }

    private double length(double[] change) {
        return norm == Optimizer.Norm.L2 ? Vectors.norm(change) : Vectors.maxAbs(change);
    }
}

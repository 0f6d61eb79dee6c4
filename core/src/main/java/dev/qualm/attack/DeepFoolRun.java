package dev.qualm.attack;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** {@link DeepFool} on one batch. Micro-batches are filled anew from the inputs that are not fooled yet. */
final class DeepFoolRun {
    private final DeepFool attack;
    private final Network network;
    private final int[] shape;
    private final int[] labels;
    private final int width;
    private final int most;
    private final Box bounds;
    private final double[] original;
    private final double[] total;
    private final double[] x;
    private final int[][] candidates;
    private final boolean[] success;
    private final int[] predicted;
    private final int[] queries;
    private final int[] gradients;
    private final Status[] status;

    DeepFoolRun(DeepFool attack, Network network, Array batch, int[] labels) {
        this.attack = attack;
        this.network = network;
        this.labels = labels;
        shape = batch.shape();
        most = AttackBatches.rows(network, batch);
        bounds = attack.box().spread(batch);
        original = batch.toDoubles().clone();
        total = new double[original.length];
        x = original.clone();
        width = labels.length == 0 ? 0 : x.length / labels.length;
        candidates = new int[labels.length][];
        success = new boolean[labels.length];
        predicted = new int[labels.length];
        queries = new int[labels.length];
        gradients = new int[labels.length];
        status = new Status[labels.length];
        Arrays.fill(status, Status.OK);
    }

    Adversarial run() {
        int[] active = IntStream.range(0, labels.length).toArray();
        for (int iteration = 0; iteration <= attack.maxIterations() && active.length > 0; iteration++) {
            boolean last = iteration == attack.maxIterations();
            List<Integer> left = new ArrayList<>();
            for (int from = 0; from < active.length; from += most) {
                int[] part = Arrays.copyOfRange(active, from, Math.min(active.length, from + most));
                left.addAll(step(part, last));
            }
            active = left.stream().mapToInt(Integer::intValue).toArray();
        }
        List<Norms> norms = IntStream.range(0, labels.length)
                .mapToObj(i -> Norms.of(original, x, i, bounds))
                .toList();
        return new Adversarial(
                LossSweep.array(network, x, shape),
                success,
                predicted,
                norms,
                queries,
                gradients,
                List.of(status),
                attack.provenance().with("targeted", false));
    }

    /** Looks at some inputs and moves those that are not fooled. Returns the inputs to look at again. */
    private List<Integer> step(int[] part, boolean last) {
        List<Integer> open = new ArrayList<>();
        int[] partShape = shape.clone();
        partShape[0] = part.length;
        double[] values = new double[part.length * width];
        for (int r = 0; r < part.length; r++) {
            System.arraycopy(x, part[r] * width, values, r * width, width);
        }
        try (LossSweep sweep = LossSweep.of(network, values, partShape)) {
            for (int r = 0; r < part.length; r++) {
                int i = part[r];
                queries[i]++;
                predicted[i] = sweep.predicted(r);
                if (!sweep.isFinite(r)) {
                    status[i] = Status.nonFinite("the logits are NaN or infinite");
                    continue;
                }
                if (candidates[i] == null) {
                    candidates[i] = ranked(sweep, r, labels[i]);
                }
                success[i] = predicted[i] != labels[i];
                if (!success[i] && !last) {
                    open.add(r);
                }
            }
            return open.isEmpty() ? open : moved(sweep, part, open);
        }
    }

    /** The label, then the other classes, most probable first. */
    private int[] ranked(LossSweep sweep, int r, int label) {
        return IntStream.concat(
                        IntStream.of(sweep.checked(label)),
                        IntStream.range(0, sweep.classes())
                                .filter(k -> k != label)
                                .boxed()
                                .sorted(Comparator.comparingDouble(k -> -sweep.logit(r, k)))
                                .mapToInt(Integer::intValue))
                .limit(attack.candidates())
                .toArray();
    }

    /*
     * One sweep for each place in the rankings serves all rows. The nearest boundary so far is kept, so that memory is two
     * gradients whatever the number of candidates.
     */
    private List<Integer> moved(LossSweep sweep, int[] part, List<Integer> open) {
        double[] nearest = new double[part.length];
        double[] norm = new double[part.length];
        double[] normal = new double[part.length * width];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        int places =
                open.stream().mapToInt(r -> candidates[part[r]].length).max().orElse(0);
        for (int place = 1; place < places; place++) {
            double[] cotangent = sweep.cotangent();
            for (int r : open) {
                int[] ranked = candidates[part[r]];
                cotangent[r * sweep.classes() + ranked[place]] = 1;
                cotangent[r * sweep.classes() + ranked[0]] = -1;
                gradients[part[r]]++;
            }
            double[] gradient = sweep.gradient(cotangent);
            for (int r : open) {
                int[] ranked = candidates[part[r]];
                double length = toUnits(gradient, r);
                double gap = sweep.logit(r, ranked[0]) - sweep.logit(r, ranked[place]);
                double distance = gap / length;
                if (!Double.isFinite(length)) {
                    status[part[r]] = Status.nonFinite("a gradient is NaN or infinite");
                } else if (length > 0 && distance < nearest[r]) {
                    nearest[r] = distance;
                    norm[r] = length;
                    System.arraycopy(gradient, r * width, normal, r * width, width);
                }
            }
        }
        List<Integer> left = new ArrayList<>();
        for (int r : open) {
            int i = part[r];
            if (nearest[r] == Double.POSITIVE_INFINITY) {
                status[i] = status[i].isOk()
                        ? Status.zeroGradient("no candidate has a gradient: the input cannot be moved")
                        : status[i];
            } else {
                move(i, r, normal, (nearest[r] + attack.nudge()) / norm[r]);
                left.add(i);
            }
        }
        return left;
    }

    /** Turns the gradient of a row into one by the unit of the box, and returns its length. */
    private double toUnits(double[] gradient, int r) {
        double largest = 0;
        for (int j = 0; j < width; j++) {
            gradient[r * width + j] *= bounds.unit()[j];
            // Math.max keeps NaN.
            largest = Math.max(largest, Math.abs(gradient[r * width + j]));
        }
        if (largest == 0 || !Double.isFinite(largest)) {
            return largest;
        }
        double square = 0;
        for (int j = 0; j < width; j++) {
            double scaled = gradient[r * width + j] / largest;
            square += scaled * scaled;
        }
        return largest * Math.sqrt(square);
    }

    private void move(int i, int r, double[] normal, double factor) {
        for (int j = 0; j < width; j++) {
            int at = i * width + j;
            total[at] += factor * normal[r * width + j];
            double moved = original[at] + (1 + attack.overshoot()) * total[at] * bounds.unit()[j];
            x[at] = LossSweep.rounded(network, bounds.clip(j, moved));
        }
    }
}

package dev.qualm.sustainability;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The work on one micro-batch: perturbing its items, and comparing what becomes of them. */
final class MicroRuns implements AutoCloseable {
    private final int taps;
    private final LayerSustainability.Settings settings;
    private final List<Perturbation> perturbations;
    private final Passes passes;
    private final int rows;

    /** Chooses the rows of a micro-batch by the first items that can be read. */
    MicroRuns(
            Network network,
            List<Tap> taps,
            LayerSustainability.Settings settings,
            List<Perturbation> perturbations,
            Source source) {
        this.taps = taps.size();
        this.settings = settings;
        this.perturbations = perturbations;
        Array first = sample(source);
        Map<String, Array> sample = Map.of(network.input().name(), first);
        int most = network.microBatch(sample);
        int fixed = network.isSampleBySample(sample) ? most : 0;
        boolean cka = settings.wants(Measure.LINEAR_CKA);
        if (cka && fixed > 0 && fixed < CkaOptions.FEWEST) {
            throw new SustainabilityException("Linear CKA compares batches of at least " + CkaOptions.FEWEST
                    + " items, but the network takes " + fixed
                    + " at a time; export it with a free batch axis, or leave linear-cka out");
        }
        rows = fixed > 0 ? fixed : cka ? settings.cka().batch() : equal(source.size(), most);
        // Stacking more rows than suit the caches gains nothing over a clean pass that is kept.
        boolean separate = cka || fixed > 0 || perturbations.size() >= StackedPasses.MOST * most;
        // Stacks have two rows at least.
        int other = fixed > 0 ? fixed : separate && source.size() == 1 ? 2 : 1;
        requireBatchFirst(network, taps, first, other);
        passes = separate
                ? new SeparatePasses(network, taps, settings, fixed)
                : new StackedPasses(network, taps, settings, most);
    }

    /** Parts of one size and an even number of them, or the last workers wait for each other. */
    private static int equal(int n, int most) {
        int parts = (n + most - 1) / most;
        return parts <= 1 ? most : (n + parts + parts % 2 - 1) / (parts + parts % 2);
    }

    @Override
    public void close() {
        passes.close();
    }

    /** Items of a micro-batch. */
    int rows() {
        return rows;
    }

    /**
     * What is left of a micro-batch.
     *
     * @param sums by perturbation and tap
     * @param hsic by perturbation and tap: clean with perturbed, clean with itself, perturbed with itself; empty unless asked for
     * @param excluded items that a perturbation could not be scaled for, by perturbation
     * @param changes of the inputs, by perturbation and item
     */
    record Outcome(
            Source.Part part,
            TapSums[][] sums,
            double[][][] hsic,
            @Nullable Status[][] excluded,
            InputChange[][] changes) {}

    private static Array sample(Source source) {
        Source.@Nullable Part first = null;
        for (int from = 0; from < source.size(); from += 2) {
            first = source.read(from, Math.min(source.size(), from + 2));
            if (first.items().size() > 0) {
                Array few = first.items().inputs();
                return few.dim(0) > 1 || source.size() == 1 ? few : few.select(0, 0);
            }
        }
        throw new SustainabilityException("None of the " + source.size() + " items of " + source
                + " can be read; the first: "
                + (first == null ? "" : first.unreadable().get(0)));
    }

    /** Recurrences keep time before the batch: another number of rows tells the axes apart. */
    private static void requireBatchFirst(Network network, List<Tap> taps, Array sample, int rows) {
        int known = sample.dim(0);
        Array few = sample.select(IntStream.range(0, rows).map(i -> i % known).toArray());
        List<String> tensors = taps.stream().map(Tap::tensor).toList();
        network.runWhole(Map.of(network.input().name(), few), tensors, values -> {
            taps.forEach(tap -> TapReduction.rows(values.apply(tap.tensor()), tap, rows));
            return rows;
        });
    }

    Outcome run(Source.Part part) {
        Items items = part.items();
        int n = items.size();
        List<Array> perturbed = new ArrayList<>();
        for (Perturbation p : perturbations) {
            perturbed.add(perturb(p, items));
        }
        double[] unit = InputChange.units(settings.box(), items.inputs());
        @Nullable Status[][] excluded = new Status[perturbed.size()][n];
        EqualNorm equal = settings.equalNorm();
        if (equal != null && n > 0) {
            EqualNorm.Scaled scaled = equal.scale(items.inputs(), perturbed, unit);
            perturbed = scaled.inputs();
            for (int k = 0; k < excluded.length; k++) {
                for (int i = 0; i < n; i++) {
                    excluded[k][i] = scaled.sizes()[k][i] == 0
                            ? Status.undefined("the perturbation leaves the input as it is, so it has no size to scale")
                            : null;
                }
            }
        }
        InputChange[][] changes = new InputChange[perturbed.size()][n];
        for (int k = 0; k < changes.length; k++) {
            for (int i = 0; i < n; i++) {
                changes[k][i] = InputChange.of(items.inputs(), perturbed.get(k), i, unit);
            }
        }
        TapSums[][] sums = new TapSums[perturbed.size()][taps];
        double[][][] hsic = new double[perturbed.size()][settings.wants(Measure.LINEAR_CKA) ? taps : 0][];
        if (n > 0) {
            passes.compare(items.inputs(), perturbed, sums, hsic);
        }
        return new Outcome(part, sums, hsic, excluded, changes);
    }

    private static Array perturb(Perturbation p, Items items) {
        Array out = p.apply(items);
        if (!Arrays.equals(out.shape(), items.inputs().shape())) {
            throw new SustainabilityException("Perturbation '" + p.name() + "': expected inputs of shape "
                    + items.inputs() + ", but found " + out);
        }
        return out;
    }
}

package dev.qualm.training;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The epochs of one training. */
final class TrainingRun {
    private final Learner learner;
    private final Array items;
    private final int[] labels;
    private final HeldOutItems split;
    private final TrainingOptions options;
    private final boolean drawing;
    private final Draws order;
    private final Draws changes;
    private final Batches batches;
    private final List<Epoch> history = new ArrayList<>();
    private int best;
    private Map<String, Array> bestWeights = Map.of();
    private double before = Double.NaN;

    /** @param drawing whether the network draws random numbers by itself */
    TrainingRun(Learner learner, Array items, int[] labels, TrainingOptions options, boolean drawing) {
        this.learner = learner;
        this.items = items;
        this.labels = labels;
        this.options = options;
        this.drawing = drawing;
        split = HeldOutItems.of(labels.length, options);
        order = new Draws(options.seed());
        // A stream of its own: with and without augmentation, items come in the same order.
        changes = new Draws(options.seed() + 1);
        batches = new Batches(split.learnt().length, options.batchSize(), order);
    }

    /** Runs all epochs, or goes on from a checkpoint. */
    void run(Progress progress, @Nullable Checkpoints checkpoints, String modelHash, Provenance made) {
        if (checkpoints != null && checkpoints.resume() && Files.exists(checkpoints.file())) {
            restore(Checkpoint.read(checkpoints.file(), modelHash, made));
        }
        while (history.size() < options.epochs() && !isOver()) {
            Epoch epoch = epoch(history.size() + 1, progress);
            history.add(epoch);
            if (epoch.heldOut() != null
                    && (best == 0
                            || epoch.heldOut().betterThan(history.get(best - 1).heldOut()))) {
                best = epoch.number();
                bestWeights = learner.weights().finiteArrays();
            }
            progress.epoch(epoch, options.epochs());
            boolean last = epoch.number() == options.epochs() || isOver();
            if (checkpoints != null && (last || epoch.number() % checkpoints.every() == 0)) {
                state().write(checkpoints.file(), modelHash, made);
            }
        }
    }

    private boolean isOver() {
        return options.earlyStopping() != null
                && best > 0
                && history.size() - best >= options.earlyStopping().patience();
    }

    private Checkpoint state() {
        return new Checkpoint(
                List.copyOf(history),
                best,
                order.count(),
                changes.count(),
                learner.weights().finiteArrays(),
                learner.memory().state(),
                bestWeights);
    }

    private void restore(Checkpoint from) {
        history.addAll(from.history());
        best = from.best();
        bestWeights = from.bestWeights();
        order.skipTo(from.orderDraws());
        changes.skipTo(from.changeDraws());
        learner.weights().restore(from.weights());
        learner.memory().restore(from.memory());
        before = history.get(history.size() - 1).loss();
    }

    private Epoch epoch(int number, Progress progress) {
        if (drawing) {
            // Anew for each epoch: the engine does not tell how many numbers it drew.
            torch.manual_seed(options.seed() + (number - 1));
        }
        long start = System.nanoTime();
        double loss = 0;
        int correct = 0;
        int inEpoch = 0;
        double rate = 0;
        Map<String, Double> terms = new LinkedHashMap<>();
        long step = (number - 1L) * batches.count();
        for (int[] rows : batches.next()) {
            rate = options.optimizer().learningRate()
                    * options.schedule().factor(step++, batches.count(), options.epochs());
            int[] own = split.learnt(rows);
            Array batch = options.augmentation().apply(items.select(own), changes);
            Learner.Step result = learner.step(batch, labels(own), rate, seed(step));
            inEpoch++;
            if (!Double.isFinite(result.loss())) {
                throw diverged(number, inEpoch, rate, result.loss());
            }
            before = result.loss();
            loss += result.loss() * rows.length;
            correct += result.correct();
            result.terms().forEach((name, value) -> terms.merge(name, value * rows.length, Double::sum));
            progress.step(number, options.epochs(), inEpoch, batches.count(), result.loss());
        }
        double n = split.learnt().length;
        terms.replaceAll((name, sum) -> sum / n);
        Epoch.HeldOut aside = heldOut();
        return new Epoch(number, rate, loss / n, correct / n, (System.nanoTime() - start) * 1e-9, terms, aside);
    }

    private int[] labels(int[] rows) {
        return Arrays.stream(rows).map(r -> labels[r]).toArray();
    }

    /** Another one for each step, far from those of other seeds. */
    private long seed(long step) {
        return options.seed() * 0x9e3779b97f4a7c15L + step;
    }

    private Epoch.@Nullable HeldOut heldOut() {
        int[] aside = split.aside();
        if (aside.length == 0) {
            return null;
        }
        double loss = 0;
        int correct = 0;
        int clean = 0;
        try (Network present = learner.present()) {
            for (int from = 0; from < aside.length; from += options.batchSize()) {
                int[] rows = Arrays.copyOfRange(aside, from, Math.min(aside.length, from + options.batchSize()));
                Array batch = items.select(rows);
                int[] own = labels(rows);
                // The same draws in each epoch: what differs is the network.
                Array logits = present.logits(learner.perturbed(present, batch, own, seed(-1 - from)));
                loss += Answers.loss(logits, own);
                correct += Answers.correct(logits, own);
                clean += Answers.correct(present.logits(batch), own);
            }
        }
        double n = aside.length;
        return new Epoch.HeldOut(loss / n, correct / n, clean / n);
    }

    private TrainingException diverged(int epoch, int step, double rate, double loss) {
        String since = Double.isNaN(before)
                ? "at the first step, so the first weights or the inputs are too large"
                : String.format(Locale.ROOT, "%.4g at the step before", before);
        return new TrainingException(String.format(
                Locale.ROOT,
                "Training diverged in epoch %d of %d, step %d of %d: the loss is %s (%s), the learning rate %.3g."
                        + " Lower the learning rate, add warm-up epochs (Schedule.Cosine), or standardise the inputs.",
                epoch,
                options.epochs(),
                step,
                batches.count(),
                loss,
                since,
                rate));
    }

    List<Epoch> history() {
        return List.copyOf(history);
    }

    /** The epoch whose weights {@link #weights} gives. */
    int chosen() {
        return best > 0 ? best : history.size();
    }

    /** The best weights with early stopping, else the last. */
    Map<String, Array> weights() {
        return best > 0 ? bestWeights : learner.weights().finiteArrays();
    }
}

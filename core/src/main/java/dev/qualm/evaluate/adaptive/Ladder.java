package dev.qualm.evaluate.adaptive;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.network.Workers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Attacks on a classifier and a detector together, from one that knows nothing of the detector to those that know
 * everything. An item evades where it is misclassified and raises no alarm, within the budget; claims about detecting
 * attacks hold only against the worst rung.
 *
 * <p>Draws depend on the seed and on an item's content, so that neither order nor company nor threads change anything
 * but rounding.
 *
 * @param defence what is attacked
 * @param budget how far items may be moved
 * @param box the valid inputs
 * @param settings how hard to try
 */
public record Ladder(Defence defence, Budget budget, Box box, LadderSettings settings) {
    /** How many parts {@link #run} tells its progress in: the rungs, then the search for signs of weakness. */
    public static final int PARTS = 10;

    /** As {@link #run(Array, int[], Array)} without other items to start from. */
    public LadderResult run(Array items, int[] labels) {
        return run(items, labels, null);
    }

    /** As {@link #run(Array, int[], Array, IntConsumer)} without progress. */
    public LadderResult run(Array items, int[] labels, @Nullable Array others) {
        return run(items, labels, others, done -> {});
    }

    /**
     * Attacks items. Those that are misclassified or raise an alarm as they are, are left out and counted.
     *
     * @param items valid inputs, {@code [n, ...]}, that neither the detector was fitted on nor its threshold was taken
     *     from
     * @param labels true classes, {@code [n]}
     * @param others further inputs that the attacker owns, from which the attack without gradients starts,
     *     {@code [m, ...]}; null for none
     * @param progress called with the number of parts done, of {@link #PARTS}
     * @throws ShapeException if the labels do not fit
     * @throws QualmException if items are outside the box, or the score refuses the network
     */
    public LadderResult run(Array items, int[] labels, @Nullable Array others, IntConsumer progress) {
        if (items.rank() == 0 || labels.length != items.dim(0)) {
            throw new ShapeException("Expected one label per item, but found " + labels.length + " for " + items);
        }
        if (labels.length == 0) {
            throw new QualmException("There is nothing to attack: no items were given");
        }
        int invalid = box.outside(items);
        if (invalid > 0) {
            throw new QualmException("Expected items within the box, but found " + invalid + " of " + labels.length
                    + " outside; give the box of the network's input after preprocessing");
        }
        Array held = Ground.array(defence.network(), items.toDoubles(), items.shape());
        Defence.Answers clean = defence.ask(held);
        int classes = clean.logits()[0].length;
        requireUsable(classes, labels);
        int[] correct = IntStream.range(0, labels.length)
                .filter(i -> clean.wrong(i, -1) && !clean.wrong(i, labels[i]))
                .toArray();
        int[] chosen = IntStream.of(correct).filter(clean::passed).toArray();
        double[] before =
                IntStream.of(correct).mapToDouble(i -> clean.scores()[i]).toArray();
        ScoreGradients gradients = KnownGradients.find(this);
        List<Rungs.Rung> rungs = Rungs.of(this, gradients, classes, Donors.of(defence, others));
        int[] own = IntStream.of(chosen).map(i -> labels[i]).toArray();
        Climb climb = new Climb(this, held.select(chosen), own, before);
        Map<String, LadderRung> made = new LinkedHashMap<>();
        List<LadderRung> all = new ArrayList<>();
        List<LadderWarning> warnings;
        try (Workers workers = Workers.of(settings.threads())) {
            for (Rungs.Rung rung : rungs) {
                LadderRung result = climb.run(rung, workers);
                all.add(result);
                progress.accept(all.size());
                if (result.items() > 0) {
                    made.put(rung.name(), result);
                }
            }
            progress.accept(PARTS - 1);
            warnings = own.length == 0 ? List.of() : climb.diagnose(made, gradients.direct(), workers);
        }
        progress.accept(PARTS);
        boolean[] evasions = new boolean[own.length];
        for (LadderRung r : made.values()) {
            for (int i = 0; i < evasions.length; i++) {
                evasions[i] |= r.evasions()[i];
            }
        }
        return new LadderResult(
                defence.score().name(),
                defence.threshold(),
                budget,
                labels.length,
                labels.length - correct.length,
                correct.length - chosen.length,
                all,
                evasions,
                warnings,
                provenance(gradients));
    }

    private void requireUsable(int classes, int[] labels) {
        String refusal = defence.score().refusal(defence.network(), classes);
        if (refusal != null || classes < 2) {
            throw new QualmException("The ladder cannot attack "
                    + defence.score().name() + ": " + (refusal == null ? "the network has one class" : refusal));
        }
        for (int label : labels) {
            if (label < 0 || label >= classes) {
                throw new ShapeException("Expected classes from 0 to " + (classes - 1) + ", but found " + label);
            }
        }
    }

    private Provenance provenance(ScoreGradients gradients) {
        Provenance p = Provenance.of("adaptive ladder")
                .with("detector", defence.score().name())
                .with("threshold", defence.threshold())
                .with("budget", budget)
                .with("network", defence.network())
                .with("gradient", gradients.direct().method());
        if (gradients.expected() != null) {
            p = p.with("expectation", gradients.expected().method());
        }
        if (gradients.surrogate() != null) {
            p = p.with("surrogate", gradients.surrogate().method());
        }
        return settings.noted(p);
    }
}

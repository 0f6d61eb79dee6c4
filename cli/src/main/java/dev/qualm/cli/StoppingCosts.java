package dev.qualm.cli;

import dev.qualm.detect.wrong.Feature;
import dev.qualm.detect.wrong.Labelled;
import dev.qualm.metric.Ranking;
import dev.qualm.metric.Threshold;
import dev.qualm.metric.ThresholdRule;
import dev.qualm.mutation.LcrCurtailment;
import dev.qualm.mutation.SequentialTest;
import dev.qualm.mutation.StoppingRule;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Mutants that an input needs on average if nothing but its label change rate decides, expected over the observed rates.
 *
 * @param threshold of the rate alone
 * @param curtailment the rule with the verdicts of all mutants; null where the threshold flags all or nothing
 * @param sequential the sequential test about the same threshold; null where there is none
 */
record StoppingCosts(
        Threshold threshold,
        int mutants,
        @Nullable LcrCurtailment curtailment,
        @Nullable SequentialTest sequential,
        Labelled items) {
    /**
     * Settings of the sequential test.
     *
     * @param delta half-width of its zone of indifference, as a share of the threshold
     */
    record Errors(double alpha, double beta, double delta) {
        /** @throws dev.qualm.QualmException if they are out of range */
        void check() {
            test(0.5, 1);
        }

        SequentialTest test(double threshold, int cap) {
            return SequentialTest.of(threshold)
                    .withDelta(delta * threshold)
                    .withErrors(alpha, beta)
                    .withCap(cap);
        }
    }

    /** @param items with label change rates */
    static StoppingCosts of(Labelled items, int mutants, ThresholdRule rule, Errors errors) {
        double[] rates = items.samples().scalar(Feature.LCR);
        boolean[] all = items.wrong();
        int[] finite = IntStream.range(0, rates.length)
                .filter(i -> Double.isFinite(rates[i]))
                .toArray();
        double[] scores = new double[finite.length];
        boolean[] wrong = new boolean[finite.length];
        for (int i = 0; i < finite.length; i++) {
            scores[i] = rates[finite[i]];
            wrong[i] = all[finite[i]];
        }
        Threshold threshold = rule.choose(Ranking.of(scores, wrong));
        // A rate at the threshold is doubted; the stopping rules doubt what lies above theirs.
        int fewest = IntStream.rangeClosed(0, mutants)
                .filter(c -> (double) c / mutants >= threshold.value())
                .findFirst()
                .orElse(mutants + 1);
        if (fewest == 0 || fewest > mutants) {
            return new StoppingCosts(threshold, mutants, null, null, items);
        }
        double between = (fewest - 0.5) / mutants;
        boolean fits = between * (1 + errors.delta()) < 1;
        return new StoppingCosts(
                threshold,
                mutants,
                new LcrCurtailment(mutants, between),
                fits ? errors.test(between, mutants) : null,
                items);
    }

    /** Expected number of mutants over the right or the wrong predictions; empty if there are none. */
    OptionalDouble expected(StoppingRule rule, boolean ofWrong) {
        double[] rates = items.samples().scalar(Feature.LCR);
        boolean[] wrong = items.wrong();
        Map<Double, Double> known = new HashMap<>();
        return IntStream.range(0, rates.length)
                .filter(i -> wrong[i] == ofWrong && Double.isFinite(rates[i]))
                .mapToDouble(
                        i -> known.computeIfAbsent(rates[i], r -> rule.at(r).mutants()))
                .average();
    }
}

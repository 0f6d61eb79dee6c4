package dev.qualm.detect;

import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.MutantPool;
import dev.qualm.mutation.StoppingRule;
import dev.qualm.network.Network;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Label change rate under a pool of mutants (Wang et al. 2019; Wu, Michel, Briot 2019). Under a rule that decides early it is the rate
 * among the mutants that were asked, which tells inputs of different verdicts apart but does not rank those of one.
 */
public record LcrScore(MutantPool pool, LabelChangeRate rate) implements Score {
    /** Of all mutants of a pool. */
    public static LcrScore of(MutantPool pool) {
        return new LcrScore(pool, LabelChangeRate.of(pool.mutants()));
    }

    /** As long as a rule asks. */
    public LcrScore until(StoppingRule rule) {
        return new LcrScore(pool, rate.until(rule));
    }

    @Override
    public String name() {
        return "lcr";
    }

    @Override
    public String question() {
        return "Do small changes of the model change the answer?";
    }

    @Override
    public Source source() {
        return Source.MUTANTS;
    }

    /** The most it can be; rules that decide early need less. */
    @Override
    public double passes(int classes) {
        return 1 + rate.rule().limit();
    }

    /** Told by the rate, so that scores of one rate share its mutants. */
    @Override
    public List<Work> work(int classes, CosineSimilarityMaps maps) {
        return List.of(Work.forwards(
                "label changes under " + rate.rule().limit() + " mutants, " + Integer.toHexString(rate.hashCode()),
                Source.MUTANTS,
                rate.rule().limit()));
    }

    @Override
    public @Nullable String refusal(Network network, int classes) {
        return network.structure().kind() == dev.qualm.data.OutputKind.OTHER ? "the network has no classes" : null;
    }

    @Override
    public double[] score(Evidence evidence) {
        return evidence.labelChanges(rate).rates();
    }
}

package dev.qualm.mutation;

import dev.qualm.Provenance;
import dev.qualm.data.Dataset;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.network.onnx.ModelHash;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Draws candidates 0, 1, 2, ... and keeps those that are still accurate, until there are enough.
 *
 * <p>The result depends on the settings, the network and the items alone, not on the number of threads. Costs one forward pass of all
 * items for the original, and less than one for each candidate; rejected candidates mostly end within a few batches.
 *
 * @param mutations candidate {@code i} is made by mutation {@code i % mutations.size()}
 * @param count mutants wanted
 * @param rule when a candidate is accepted
 * @param seed of the pool
 * @param cap candidates drawn at most
 * @param keepsPartial whether a search that reaches the cap returns what it found; otherwise that is an error
 * @param curtailment when the test of a candidate stops
 */
public record MutantSearch(
        List<Mutation> mutations,
        int count,
        AcceptanceRule rule,
        long seed,
        long cap,
        boolean keepsPartial,
        Curtailment curtailment) {
    public MutantSearch {
        mutations = List.copyOf(mutations);
        if (mutations.isEmpty() || count < 1 || cap < count) {
            throw new MutationException(
                    "Expected at least one mutation, at least one mutant and a cap of at least that," + " but found "
                            + mutations.size() + " mutations, " + count + " mutants, cap " + cap);
        }
    }

    /** A search of at most 20 candidates per mutant, by accuracy strictly above 0.9 times the original's, seed 0. */
    public static MutantSearch of(Mutation mutation, int count) {
        return new MutantSearch(
                List.of(mutation), count, AcceptanceRule.strict(), 0, 20L * count, false, Curtailment.BOTH);
    }

    public MutantSearch withMutations(List<Mutation> newMutations) {
        return new MutantSearch(newMutations, count, rule, seed, cap, keepsPartial, curtailment);
    }

    public MutantSearch withRule(AcceptanceRule newRule) {
        return new MutantSearch(mutations, count, newRule, seed, cap, keepsPartial, curtailment);
    }

    public MutantSearch withSeed(long newSeed) {
        return new MutantSearch(mutations, count, rule, newSeed, cap, keepsPartial, curtailment);
    }

    public MutantSearch withCap(long candidates) {
        return new MutantSearch(mutations, count, rule, seed, candidates, keepsPartial, curtailment);
    }

    /** The same search, which returns the mutants found, if there are any, when it reaches the cap. */
    public MutantSearch keepingPartial() {
        return new MutantSearch(mutations, count, rule, seed, cap, true, curtailment);
    }

    public MutantSearch withCurtailment(Curtailment newCurtailment) {
        return new MutantSearch(mutations, count, rule, seed, cap, keepsPartial, newCurtailment);
    }

    /** As {@link #run(Network, Dataset, Workers, SearchProgress)} on the calling thread. */
    public MutantPool run(Network network, Dataset data) {
        return run(network, data, Workers.caller(), SearchProgress.NONE);
    }

    /**
     * Searches.
     *
     * @param data labelled items to accept by; a split that nothing is evaluated on
     * @throws MutationException if the network cannot be mutated so, or too few candidates are accepted; the message says why
     */
    public MutantPool run(Network network, Dataset data, Workers workers, SearchProgress progress) {
        List<Mutator> mutators = mutations.stream().map(m -> m.on(network)).toList();
        AcceptanceTest test = new AcceptanceTest(network, data, rule, workers);
        List<Mutant> mutants = new ArrayList<>();
        List<Accuracy> accuracies = new ArrayList<>();
        Map<Rejection, Long> rejected = new EnumMap<>(Rejection.class);
        Set<String> known = new HashSet<>();
        long attempts = 0;
        long evaluations = 0;
        // Candidates run side by side but are judged in order; those beyond the last that was needed leave no trace.
        while (mutants.size() < count && attempts < cap) {
            long first = attempts;
            int wave = (int) Math.min(workers.threads(), cap - attempts);
            List<Mutant> drawn = workers.map(
                    wave,
                    i -> mutators.get((int) ((first + i) % mutators.size())).draw(seed, first + i));
            // Known before anything is run: small layers have few mutants, and most candidates are then repetitions.
            List<@Nullable Rejection> early = new ArrayList<>();
            for (Mutant m : drawn) {
                early.add(
                        m.deltas().isEmpty()
                                ? Rejection.IDENTICAL
                                : known.add(ContentHash.of(m)) ? null : Rejection.DUPLICATE);
            }
            List<@Nullable Accuracy> verdicts = workers.<@Nullable Accuracy>map(
                    wave, i -> early.get(i) == null ? test.run(drawn.get(i), curtailment) : null);
            for (int i = 0; i < wave && mutants.size() < count; i++) {
                attempts++;
                Accuracy accuracy = verdicts.get(i);
                Rejection rejection = early.get(i);
                if (accuracy != null) {
                    evaluations += accuracy.evaluated();
                    if (test.accepts(accuracy)) {
                        mutants.add(drawn.get(i));
                        accuracies.add(accuracy);
                    } else {
                        rejection = Rejection.INACCURATE;
                    }
                }
                if (rejection != null) {
                    rejected.merge(rejection, 1L, Long::sum);
                }
                progress.candidate(mutants.size(), count, attempts, cap);
            }
        }
        AcceptanceReport report = new AcceptanceReport(
                count, mutants.size(), attempts, rejected, test.original(), test.least(), test.size(), evaluations);
        if (mutants.size() < count && (!keepsPartial || mutants.isEmpty())) {
            throw new MutationException("Too few mutants were accepted before the cap of " + cap + " candidates: "
                    + report + ". Lower the rate or the ratio, raise the cap, or keep what was found");
        }
        return new MutantPool(
                ModelHash.of(network.graph()),
                mutants,
                accuracies,
                report,
                test.items(),
                provenance(mutators, test, mutants.size()));
    }

    private Provenance provenance(List<Mutator> mutators, AcceptanceTest test, int found) {
        Provenance p = Provenance.of("mutant pool");
        for (int i = 0; i < mutators.size(); i++) {
            p = p.with("mutation " + (i + 1), mutators.get(i).provenance());
        }
        return p.with("seed", seed)
                .with("acceptance", rule)
                .with("accepted on", test.items())
                .with("cap", cap)
                .with("curtailment", curtailment)
                // Pools of one seed differ in nothing else.
                .with("mutants", found);
    }
}

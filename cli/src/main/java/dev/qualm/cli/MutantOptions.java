package dev.qualm.cli;

import dev.qualm.mutation.AcceptanceRule;
import dev.qualm.mutation.AcceptanceRule.Comparison;
import dev.qualm.mutation.Curtailment;
import dev.qualm.mutation.MutantSearch;
import dev.qualm.mutation.Mutation;
import dev.qualm.mutation.Mutations;
import dev.qualm.mutation.Selection;
import dev.qualm.mutation.Unit;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which mutants are searched for. */
final class MutantOptions {
    @Option(
            names = {"-m", "--mutation"},
            paramLabel = "NAME",
            split = ",",
            description = "How mutants are made; several take turns: ${COMPLETION-CANDIDATES}. Default:"
                    + " neuron-activation-inverse.",
            completionCandidates = Names.class)
    private List<String> mutations = List.of("neuron-activation-inverse");

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Mutants wanted. Default: ${DEFAULT-VALUE}.")
    private int count = 100;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Share of the units that each mutant changes, above 0 and at most 1. Default: that of the"
                    + " mutation.")
    private @Nullable Double rate;

    @Option(
            names = "--unit",
            paramLabel = "UNIT",
            converter = UnitConverter.class,
            description = "What is counted: filter (of convolutions), neuron (also of dense layers) or scalar. Default:"
                    + " that of the mutation.")
    private @Nullable Unit unit;

    @Option(
            names = "--layers",
            paramLabel = "NAME",
            split = ",",
            description = "Nodes or weights to mutate. Default: all.")
    private List<String> layers = List.of();

    @Option(
            names = "--ratio",
            paramLabel = "R",
            description = "Share of the model's accuracy that a mutant must keep. Default: ${DEFAULT-VALUE}.")
    private double ratio = 0.9;

    @Option(
            names = "--rule",
            paramLabel = "RULE",
            converter = RuleConverter.class,
            description = "strict: accuracy greater than that share; rounded: at least that share, both rounded to two"
                    + " digits. Default: strict.")
    private Comparison rule = Comparison.STRICT;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of all random choices. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--cap",
            paramLabel = "N",
            description = "Candidates tried at most. Default: 20 for each mutant wanted.")
    private @Nullable Long cap;

    @Option(names = "--keep-partial", description = "Write the mutants found when the cap is reached. Default: fail.")
    private boolean partial;

    @Option(
            names = "--exact-accuracies",
            description = "Run accepted mutants on all items, so that their accuracy is known exactly and not between"
                    + " bounds.")
    private boolean exact;

    MutantSearch search() {
        List<Mutation> chosen = mutations.stream().map(this::mutation).toList();
        MutantSearch search = MutantSearch.of(chosen.get(0), count)
                .withMutations(chosen)
                .withRule(new AcceptanceRule(rule, ratio))
                .withSeed(seed)
                .withCurtailment(exact ? Curtailment.REJECTIONS : Curtailment.BOTH);
        search = cap == null ? search : search.withCap(cap);
        return partial ? search.keepingPartial() : search;
    }

    private Mutation mutation(String name) {
        Mutation mutation = Mutations.of(name);
        Selection s = mutation.selection().withLayers(layers);
        s = rate == null ? s : s.withRate(rate);
        return mutation.with(unit == null ? s : s.withUnit(unit));
    }

    /** Names of all mutations. */
    static final class Names implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Mutations.names().iterator();
        }
    }

    static final class UnitConverter extends Choice<Unit> {
        UnitConverter() {
            super(EnumSet.allOf(Unit.class));
        }
    }

    static final class RuleConverter extends Choice<Comparison> {
        RuleConverter() {
            super(EnumSet.allOf(Comparison.class));
        }
    }
}

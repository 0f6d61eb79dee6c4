package dev.qualm.mutation;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Map;
import java.util.Random;

/**
 * A mutation on one network, ready to draw mutants: its units are found and its statistics computed. Immutable; any number of
 * threads may draw at once.
 */
public final class Mutator {
    /** Draws one candidate. */
    @FunctionalInterface
    interface Draw {
        void draw(Random random, Edits edits);
    }

    /** Changes one chosen unit. */
    @FunctionalInterface
    interface UnitDraw {
        void draw(Random random, Edits edits, UnitLayer layer, int unit);
    }

    private final Mutation mutation;
    private final Map<String, Array> weights;
    private final MutableUnits units;
    private final int chosen;
    private final Draw draw;

    Mutator(Mutation mutation, Network network, MutableUnits units, int chosen, Draw draw) {
        this.mutation = mutation;
        this.weights = network.graph().initializers();
        this.units = units;
        this.chosen = chosen;
        this.draw = draw;
    }

    /** A mutation that chooses units over all layers together and changes each by itself. */
    static Mutator perUnit(Mutation mutation, Network network, MutableUnits units, UnitDraw change) {
        int n = units.count();
        int k = mutation.selection().of(n);
        return new Mutator(mutation, network, units, k, (random, edits) -> {
            int layer = 0;
            int before = 0;
            for (int id : Draws.subset(random, n, k)) {
                while (id - before >= units.layers().get(layer).units()) {
                    before += units.layers().get(layer++).units();
                }
                change.draw(random, edits, units.layers().get(layer), id - before);
            }
        });
    }

    public Mutation mutation() {
        return mutation;
    }

    /** What it chooses from, and the layers left out with the reasons. */
    public MutableUnits units() {
        return units;
    }

    /** Units per mutant. */
    public int chosen() {
        return chosen;
    }

    /**
     * A candidate. The same numbers give the same mutant on every machine, whatever was drawn before.
     *
     * @param poolSeed of the pool
     * @param index of the candidate, from 0
     */
    public Mutant draw(long poolSeed, long index) {
        Edits edits = new Edits(weights);
        draw.draw(Draws.random(poolSeed, index), edits);
        return new Mutant(mutation.name(), index, edits.deltas());
    }

    /** Operator, source, parameters, and how many units of how many are chosen. */
    public Provenance provenance() {
        Provenance p = Provenance.of(mutation.name()).with("source", mutation.source());
        for (Map.Entry<String, Object> e : mutation.parameters().entrySet()) {
            p = p.with(e.getKey(), e.getValue());
        }
        p = p.with("units", units.count())
                .with("chosen", chosen)
                .with("choice", "uniform without replacement, java.util.Random of SplitMix64(seed, index)");
        return units.skipped().isEmpty() ? p : p.with("skipped", units.skipped());
    }

    @Override
    public String toString() {
        return mutation.name() + " on " + chosen + " of " + units.count() + " " + units.unit() + "s";
    }
}

package dev.qualm.sustainability;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import java.util.function.Function;

/** A change of inputs: an attack, noise, or given inputs. Thread-safe. */
public interface Perturbation {
    /** Short name with the strength, unique within an analysis, for example {@code fgsm:0.1}. */
    String name();

    /** The perturbed inputs, of the same shape; inputs that cannot be changed come back as they are. */
    Array apply(Items items);

    /** Every setting. */
    Provenance provenance();

    /**
     * What perturbing an item costs at most, in forward passes of one item.
     *
     * @param classes how many the network has
     * @param width entries of one item
     */
    default long cost(int classes, int width) {
        return 0;
    }

    /** A perturbation by a function, which may run on any thread. */
    static Perturbation of(String name, Function<Items, Array> function) {
        return new Perturbation() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Array apply(Items items) {
                return function.apply(items);
            }

            @Override
            public Provenance provenance() {
                return Provenance.of(name);
            }
        };
    }

    /**
     * Inputs that are perturbed already.
     *
     * @param all one for each item of the data, {@code [n, ...]}
     */
    static Perturbation given(String name, Array all) {
        return new Perturbation() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Array apply(Items items) {
                for (int row : items.rows()) {
                    if (all.rank() == 0 || row >= all.dim(0)) {
                        throw new SustainabilityException("Perturbation '" + name + "': expected a perturbed input for"
                                + " each item, but there is none for item " + row + " in " + all);
                    }
                }
                return all.select(items.rows());
            }

            @Override
            public Provenance provenance() {
                return Provenance.of(name).with("inputs", "given, " + all);
            }
        };
    }
}

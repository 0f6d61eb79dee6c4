package dev.qualm.mutation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The mutations Qualm has, by name, each with its default rate and unit. To add one, list it here; the suites find it. */
public final class Mutations {
    private Mutations() {}

    /** Every mutation with its defaults, variants after the operator they belong to. */
    public static List<Mutation> all() {
        return List.of(
                GaussianFuzz.reference(),
                GaussianFuzz.nmutant(),
                GaussianFuzz.multiplicative(),
                NeuronActivationInverse.weights(),
                NeuronActivationInverse.bias(),
                NeuronActivationInverse.exact(),
                WeightShuffle.defaults(),
                NeuronSwitch.weights(),
                NeuronSwitch.wholeUnits(),
                NeuronEffectBlock.exact(),
                NeuronEffectBlock.bias());
    }

    /** Names of all mutations, in kebab case. */
    public static List<String> names() {
        return all().stream().map(Mutation::name).toList();
    }

    /**
     * A mutation by name, with its defaults.
     *
     * @throws MutationException naming the legal names if it is unknown
     */
    public static Mutation of(String name) {
        Map<String, Mutation> byName = new LinkedHashMap<>();
        all().forEach(m -> byName.put(m.name(), m));
        Mutation found = byName.get(name.strip().toLowerCase(Locale.ROOT));
        if (found == null) {
            throw new MutationException("There is no mutation '" + name + "'; expected one of " + byName.keySet());
        }
        return found;
    }
}

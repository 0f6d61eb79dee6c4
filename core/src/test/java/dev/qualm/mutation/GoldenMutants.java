package dev.qualm.mutation;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The reference mutants in the test resources. */
final class GoldenMutants {
    static final Map<String, List<String>> OPERATORS = Map.of(
            "n2-rgb-resnet",
            List.of("seed_nai", "seed_gf", "nmutant_nai", "nmutant_gf", "nmutant_ws", "nmutant_ns"),
            "n3-tabular-mlp",
            List.of("nmutant_nai", "nmutant_gf", "nmutant_ws", "nmutant_ns"),
            "n4-avgpool-cnn",
            List.of("seed_nai", "seed_gf", "nmutant_nai", "nmutant_gf", "nmutant_ws", "nmutant_ns"));
    static final int EACH = 5;

    private GoldenMutants() {}

    static List<Mutant> load(Network network, String folder, String operator) {
        Map<String, Array> stored = Golden.arrays(folder + "/mutants_" + operator + ".npz");
        List<Mutant> mutants = new ArrayList<>();
        for (int j = 0; j < EACH; j++) {
            List<Delta> deltas = new ArrayList<>();
            for (Map.Entry<String, Array> e : network.graph().initializers().entrySet()) {
                Array changed = stored.get("m" + j + "." + e.getKey());
                Delta delta = changed == null ? null : Delta.between(e.getKey(), e.getValue(), changed);
                if (delta != null) {
                    deltas.add(delta);
                }
            }
            mutants.add(new Mutant(operator, j, deltas));
        }
        return mutants;
    }
}

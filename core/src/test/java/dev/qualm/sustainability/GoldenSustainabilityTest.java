package dev.qualm.sustainability;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Relative errors of the reference implementation, both its own (one norm per batch) and of one sample at a time. */
class GoldenSustainabilityTest {
    @ParameterizedTest
    @CsvSource({
        "n1-fmnist-cnn, FLOAT64, f64, 1e-9",
        "n1-fmnist-cnn, FLOAT32, f32, 1e-5",
        "n3-tabular-mlp, FLOAT64, f64, 1e-9",
        "n3-tabular-mlp, FLOAT32, f32, 1e-5"
    })
    void analyse_goldenInputs_equalsReference(String folder, Precision precision, String suffix, double tolerance) {
        Map<String, Array> golden = Golden.arrays(folder + "/lsa.npz");
        List<String> names = List.of("fgsm", "gaussian");
        SustainabilityResult found;
        try (Network network = Golden.network(folder, precision)) {
            found = LayerSustainability.of(network)
                    .withItemValues(true)
                    .analyse(
                            get(golden, "clean"),
                            null,
                            names.stream()
                                    .map(n -> Perturbation.given(n, get(golden, n)))
                                    .toList());
        }
        for (String name : names) {
            double[] batch = get(golden, "relerr.batch." + name + "." + suffix).toDoubles();
            double[] whole = found.of(name, Measure.RELATIVE_ERROR).stream()
                    .mapToDouble(LayerMovement::whole)
                    .toArray();
            assertThat(whole).as(name).containsExactly(batch, within(tolerance));
            Array samples = get(golden, "relerr.sample." + name + "." + suffix);
            Array values = requireNonNull(found.itemValues().get(name + "/relative-error"));
            assertThat(values.shape()).containsExactly(samples.shape());
            assertThat(values.toDoubles()).as(name).containsExactly(samples.toDoubles(), within(tolerance));
        }
    }

    private static Array get(Map<String, Array> arrays, String key) {
        return requireNonNull(arrays.get(key), key);
    }
}

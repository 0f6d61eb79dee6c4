package dev.qualm.detect.wrong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.LayerConductance;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.onnx.ModelHash;
import dev.qualm.testkit.Golden;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleReaderTest {
    @ParameterizedTest
    @ValueSource(strings = {"n1-fmnist-cnn", "n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn", "n5-rgb-seq"})
    void read_golden_isThePublishedConductanceOfTheLastLayer(String net) {
        Map<String, Array> io = Golden.arrays(net + "/io.npz");
        try (Network network = Golden.network(net, Precision.FLOAT64);
                SampleReader reader = SampleReader.of(network)) {
            Samples samples = reader.read(io.get("input"));
            Array expected = Golden.arrays(net + "/conductance.npz").get("seed." + reader.layer() + ".f64");
            assertThat(samples.predictions())
                    .isEqualTo(java.util.Arrays.stream(io.get("pred").toLongs())
                            .mapToInt(Math::toIntExact)
                            .toArray());
            int maps = expected.dim(1);
            for (int i = 0; i < samples.size(); i++) {
                for (int k = 0; k < maps; k++) {
                    assertThat(samples.conductance()[i][k]).isCloseTo(expected.get(i * maps + k), within(1e-9));
                }
            }
            assertThat(samples.status()).allMatch(Status::isOk);
            assertThat(samples.hashes()).doesNotHaveDuplicates();
            assertThat(samples.modelHash()).isEqualTo(ModelHash.of(network.graph()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1-fmnist-cnn", "n3-tabular-mlp"})
    void read_aRowOfNan_costsOnlyThatRow(String net) {
        Array input = Golden.arrays(net + "/io.npz").get("input").slice(0, 3);
        double[] values = input.toDoubles().clone();
        int size = values.length / 3;
        java.util.Arrays.fill(values, size, 2 * size, Double.NaN);
        try (Network network = Golden.network(net, Precision.FLOAT64);
                SampleReader reader = SampleReader.of(network);
                SampleReader plain = SampleReader.withoutConductance(network)) {
            Samples clean = reader.read(input);
            Samples spoilt = reader.read(Array.of(values, input.shape()));
            assertThat(spoilt.status().get(1).kind()).isEqualTo(Status.Kind.NON_FINITE);
            assertThat(spoilt.conductance()[1]).containsOnly(Double.NaN);
            assertThat(spoilt.predictions()[1]).isEqualTo(-1);
            for (int i : new int[] {0, 2}) {
                assertThat(spoilt.conductance()[i]).containsExactly(clean.conductance()[i], within(1e-12));
                assertThat(spoilt.hashes().get(i)).isEqualTo(clean.hashes().get(i));
            }
            Samples cheap = plain.read(input);
            assertThat(cheap.msp()).isEqualTo(clean.msp());
            assertThat(cheap.passes()).isEqualTo(1);
            assertThatThrownBy(cheap::rows).isInstanceOf(FitException.class).hasMessageContaining("conductance");
            assertThatThrownBy(() -> SampleReader.of(
                            network, LayerConductance.reference().with(LayerConductance.Positions.EACH)))
                    .isInstanceOf(FitException.class);
        }
    }

    @Test
    void withLabelChangeRate_rates_countTheirPasses() {
        Samples samples = Made.items(4, 1, 1, 0, 1).samples();
        Samples rated = samples.withLabelChangeRate(new double[] {0, 0.5, 1, Double.NaN}, 40, Provenance.of("pool"));
        assertThat(rated.passes()).isEqualTo(samples.passes() + 40);
        assertThat(rated.scalar(Feature.LCR)).containsExactly(0, 0.5, 1, Double.NaN);
        assertThat(rated.usable(3, Feature.parse("lcr"))).isFalse();
        assertThat(rated.usable(3, Feature.parse("msp"))).isTrue();
        assertThatThrownBy(() -> samples.withLabelChangeRate(new double[] {0, 0.5, 1, 1.01}, 40, Provenance.of("pool")))
                .isInstanceOf(FitException.class);
        assertThatThrownBy(() -> samples.withLabelChangeRate(new double[3], 40, Provenance.of("pool")))
                .isInstanceOf(FitException.class);
    }

    @Test
    void concat_parts_areTheWhole() {
        Samples whole = Made.items(9, 1, 1, 0, 1).samples();
        Samples joined = Samples.concat(
                java.util.List.of(whole.select(0, 1, 2), whole.select(), whole.select(3, 4, 5, 6, 7, 8)));
        assertThat(joined.hashes()).isEqualTo(whole.hashes());
        assertThat(joined.predictions()).isEqualTo(whole.predictions());
        assertThat(joined.conductance()).isDeepEqualTo(whole.conductance());
        assertThat(joined.labelChangeRate()).isEqualTo(whole.labelChangeRate());
        assertThat(joined.margin()).isEqualTo(whole.margin());
        assertThat(joined.passes()).isEqualTo(whole.passes());
        assertThat(joined.provenance()).isEqualTo(whole.provenance());
    }

    @Test
    void concat_partsThatDiffer_areRefused() {
        Samples one = Made.items(3, 1, 1, 0, 1).samples();
        Samples otherModel = Made.with(one, "model-2", one.status(), one.provenance());
        Samples otherLayer =
                Made.with(one, "model-1", one.status(), one.provenance().with("layer", "relu9"));
        Samples plain = new Samples(
                "model-1",
                one.hashes(),
                one.predictions(),
                null,
                null,
                one.msp(),
                one.margin(),
                one.status(),
                1,
                one.provenance());
        for (Samples other : java.util.List.of(otherModel, otherLayer, plain)) {
            assertThatThrownBy(() -> Samples.concat(java.util.List.of(one, other)))
                    .isInstanceOf(FitException.class);
        }
        assertThatThrownBy(() -> Samples.concat(java.util.List.of())).isInstanceOf(FitException.class);
    }
}

package dev.qualm.attribution.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.metric.MapCosine;
import dev.qualm.metric.MapSimilarity;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MprtTest {
    private static final Array X = Judged.inputs(1, 3, 3, 8, 8);

    @Test
    void depths_mapOfTheInputAlone_staysEqual() {
        try (Network network = Judged.images()) {
            List<Mprt.Depth> depths =
                    Mprt.defaults(1).depths(network, n -> (batch, classes) -> batch, X, Judged.predicted(3));
            assertThat(depths.stream().map(Mprt.Depth::layer)).containsExactly("logits", "conv2", "bn1", "conv1");
            for (Mprt.Depth d : depths) {
                assertThat(d.similarity().get(0).mean()).isCloseTo(1, within(1e-12));
                assertThat(d.similarity().get(1).mean()).isCloseTo(1, within(1e-12));
                assertThat(d.similarity().get(0).better()).isEqualTo(Better.LOWER);
                assertThat(d.similarity().get(0).cost()).isEqualTo(new Cost(3, 3 + 4 * 3));
            }
        }
    }

    @Test
    void depths_linearGradient_comparesTrainedWithRandomWeights() {
        double[][] w = Judged.weights(2, 6 * 7, 1);
        try (Network network = Judged.linear(w, 1, 6, 7)) {
            List<Network> seen = new ArrayList<>();
            Mprt test = new Mprt(Mprt.Randomisation.PERMUTED, true, List.of(new MapCosine()), Reading.SIGNED, 1);
            Array x = Judged.inputs(1, 2, 1, 6, 7);
            List<Mprt.Depth> depths = test.depths(
                    network,
                    n -> {
                        seen.add(n);
                        return Judged.gradient(n);
                    },
                    x,
                    new int[] {0, 1});
            Network random = seen.get(1);
            double[] v = random.graph().initializers().get("logits.weight").toDoubles();
            double[] sorted = v.clone();
            double[] trained =
                    Arrays.stream(w).flatMapToDouble(Arrays::stream).sorted().toArray();
            Arrays.sort(sorted);
            assertThat(sorted).containsExactly(trained);
            for (int i = 0; i < 2; i++) {
                double expected = new MapCosine().of(w[i], Arrays.copyOfRange(v, i * 42, (i + 1) * 42));
                assertThat(depths.get(0).similarity().get(0).values()[i]).isCloseTo(expected, within(1e-12));
            }
            // The changed network is closed, the original is not.
            assertThatThrownBy(() -> random.logits(x)).isInstanceOf(IllegalStateException.class);
            assertThat(network.logits(x).dim(0)).isEqualTo(2);
        }
    }

    @Test
    void depths_methodFails_closesTheNetwork() {
        try (Network network = Judged.images()) {
            List<Network> seen = new ArrayList<>();
            assertThatThrownBy(() -> Mprt.defaults(1)
                            .depths(
                                    network,
                                    n -> {
                                        seen.add(n);
                                        if (seen.size() > 2) {
                                            throw new IllegalArgumentException("no map");
                                        }
                                        return Judged.gradient(n);
                                    },
                                    X,
                                    Judged.predicted(3)))
                    .hasMessage("no map");
            assertThatThrownBy(() -> seen.get(2).logits(X)).isInstanceOf(IllegalStateException.class);
            assertThat(network.logits(X).dim(0)).isEqualTo(3);
        }
    }

    @Test
    void cascade_lastDepth_hasAllWeightsRandomAndEachLayerTheSameOnes() {
        try (Network network = Judged.images()) {
            List<Network> cascade = new ArrayList<>();
            List<Network> single = new ArrayList<>();
            Mprt test = new Mprt(Mprt.Randomisation.MATCHED_NORMAL, true, MapSimilarity.all(), Reading.SIGNED, 4);
            test.depths(network, n -> remember(n, cascade), X, Judged.predicted(3));
            new Mprt(Mprt.Randomisation.MATCHED_NORMAL, false, MapSimilarity.all(), Reading.SIGNED, 4)
                    .depths(network, n -> remember(n, single), X, Judged.predicted(3));
            for (String name : List.of("logits.weight", "conv2.weight", "bn1.weight", "conv1.weight")) {
                Array trained = network.graph().initializers().get(name);
                Array last = cascade.get(4).graph().initializers().get(name);
                assertThat(last).isNotEqualTo(trained);
                long changed = single.stream()
                        .filter(n -> n.graph().initializers().get(name).equals(last))
                        .count();
                assertThat(changed).isEqualTo(1);
                double[] a = trained.toDoubles();
                double[] b = last.toDoubles();
                assertThat(deviation(b)).isBetween(0.4 * deviation(a), 2 * deviation(a));
            }
            assertThat(cascade.get(4).graph().initializers().get("bn1.running_var"))
                    .isEqualTo(network.graph().initializers().get("bn1.running_var"));
        }
    }

    private static dev.qualm.attribution.MapFunction remember(Network n, List<Network> into) {
        into.add(n);
        return Judged.gradient(n);
    }

    private static double deviation(double[] a) {
        double mean = Arrays.stream(a).average().orElseThrow();
        return Math.sqrt(
                Arrays.stream(a).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
    }

    @Test
    void depths_networkWithoutWeights_saysSo() {
        try (Network network =
                Network.of(NetworkBuilder.input("input", 4).relu("out").build(), Precision.FLOAT64)) {
            assertThatThrownBy(() -> Mprt.defaults(1)
                            .depths(network, Judged::gradient, Judged.inputs(1, 2, 4), Judged.predicted(2)))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("no layer");
        }
        assertThatThrownBy(() -> new Mprt(Mprt.Randomisation.PERMUTED, true, List.of(), Reading.SIGNED, 1))
                .isInstanceOf(EvaluationException.class);
    }
}

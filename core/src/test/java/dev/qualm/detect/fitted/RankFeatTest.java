package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.Scorer;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankFeatTest {
    /** By power iteration, and rank one pieces of the whole matrix. */
    private static double[] slow(double[] x, int channels, int positions) {
        double[] v = new Random(3).doubles(positions, 0.5, 1).toArray();
        double[] u = new double[channels];
        for (int step = 0; step < 5000; step++) {
            double norm = 0;
            for (int c = 0; c < channels; c++) {
                u[c] = 0;
                for (int s = 0; s < positions; s++) {
                    u[c] += x[c * positions + s] * v[s];
                }
                norm += u[c] * u[c];
            }
            norm = Math.sqrt(norm);
            for (int s = 0; s < positions; s++) {
                v[s] = 0;
                for (int c = 0; c < channels; c++) {
                    v[s] += x[c * positions + s] * u[c] / norm;
                }
            }
            // v now has the length of the singular value; the next round needs its direction only.
            double length = Vectors.norm(v);
            for (int c = 0; c < channels; c++) {
                u[c] = u[c] / norm * length;
            }
            for (int s = 0; s < positions; s++) {
                v[s] /= length;
            }
        }
        double[] out = x.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] -= u[i / positions] * v[i % positions];
        }
        return out;
    }

    @Test
    void withoutLeading_anyMatrix_equalsPowerIteration() {
        Random random = new Random(1);
        for (int round = 0; round < 60; round++) {
            int channels = 2 + random.nextInt(9);
            int positions = 2 + random.nextInt(9);
            double shift = random.nextInt(3);
            double scale = Math.pow(10, 40 * (random.nextInt(9) - 4));
            double[] x = random.doubles(channels * positions, -1, 1)
                    .map(v -> scale * Math.max(0, v + shift))
                    .toArray();
            double[] one = new double[x.length];
            java.util.Arrays.setAll(one, i -> x[i] / scale);
            double[] expected = slow(one, channels, positions);
            double[] before = x.clone();
            double[] found = ReducedLogits.withoutLeading(x, channels, positions);
            assertThat(x).containsExactly(before);
            for (int i = 0; i < x.length; i++) {
                assertThat(found[i] / scale).isCloseTo(expected[i], within(1e-9));
            }
        }
    }

    @Test
    void withoutLeading_zerosAndRankOne_leaveNothing() {
        assertThat(ReducedLogits.withoutLeading(new double[6], 2, 3)).containsOnly(0);
        double[] product = {1, 2, 3, 2, 4, 6};
        for (double v : ReducedLogits.withoutLeading(product, 2, 3)) {
            assertThat(v).isCloseTo(0, within(1e-14));
        }
    }

    /** The last map is pooled by averages: the logits of the rest are those of the mean of what is left. */
    @Test
    void score_lastMapOfAResidualNetwork_isTheEnergyOfThePooledRest() {
        Graph graph = TestNetworks.residual(5);
        Array x = TestNetworks.images(7, 6);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            DetectorScore last = plain(network, "rankfeat:layer=pool");
            double[] found = new Scorer(network, List.of(last), 1)
                    .score(Dataset.of(x, Layout.NCHW, null))
                    .values()[0];
            Array maps = network.run(x, List.of("pool")).get("pool");
            Site site = last.site();
            for (int i = 0; i < 7; i++) {
                double[] left = slow(maps.slice(i, i + 1).toDoubles(), 6, 16);
                double[] pooled = new double[6];
                for (int j = 0; j < left.length; j++) {
                    pooled[j / 16] += left[j] / 16;
                }
                assertThat(found[i]).isCloseTo(site.energy(pooled), within(1e-9));
            }
        }
    }

    private static DetectorScore plain(Network network, String text) {
        return DetectorScore.of(Detectors.parse(text), Site.of(network, 5), Learnt.nothing());
    }

    @Test
    void refusal_networksAndLayersThatDoNotSuit_sayWhy() {
        try (Network network = Network.of(TestNetworks.residual(5), Precision.FLOAT64)) {
            assertThat(plain(network, "rankfeat").refusal(network, 5)).isNull();
            assertThat(plain(network, "rankfeat:layer=relu2+relu1").refusal(network, 5))
                    .isNull();
            // The sum reads its other branch too.
            assertThat(plain(network, "rankfeat:layer=conv2").refusal(network, 5))
                    .contains("conv2")
                    .contains("alone");
            assertThat(plain(network, "rankfeat:layer=logits").refusal(network, 5))
                    .contains("alone");
            assertThat(plain(network, "rankfeat:layer=nowhere").refusal(network, 5))
                    .contains("nowhere", "relu1");
            assertThat(plain(network, "rankfeat:layer=features").refusal(network, 5))
                    .isNull();
            Scorer vectors = new Scorer(network, List.of(plain(network, "rankfeat:layer=features")), 1);
            assertThatThrownBy(() -> vectors.score(Dataset.of(TestNetworks.images(2, 1), Layout.NCHW, null)))
                    .isInstanceOf(DetectorException.class)
                    .hasMessageContaining("positions");
        }
        Graph dense = NetworkBuilder.input("x", 6)
                .seed(1)
                .linear("one", 8)
                .relu("r")
                .linear("two", 5)
                .build();
        try (Network network = Network.of(dense, Precision.FLOAT64)) {
            assertThat(plain(network, "rankfeat").refusal(network, 5)).contains("feature maps");
        }
    }

    @Test
    void score_imageThatIsNotFinite_costsOnlyThatImage() {
        double[] x = TestNetworks.images(3, 2).toDoubles().clone();
        double[] clean;
        try (Network network = Network.of(TestNetworks.residual(5), Precision.FLOAT64)) {
            Scorer scorer = new Scorer(network, List.of(plain(network, "rankfeat:layer=relu1+relu2")), 1);
            clean = scorer.score(Dataset.of(Array.of(x, 3, 3, 8, 8), Layout.NCHW, null))
                    .values()[0];
            x[200] = Double.NaN;
            double[] found = scorer.score(Dataset.of(Array.of(x, 3, 3, 8, 8), Layout.NCHW, null))
                    .values()[0];
            assertThat(found[1]).isNaN();
            assertThat(found[0]).isCloseTo(clean[0], within(1e-10));
            assertThat(found[2]).isCloseTo(clean[2], within(1e-10));
        }
    }
}

package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.gradient.GradNorm;
import dev.qualm.network.Head;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A 1x1 convolution before the mean over positions is the same head as after it. */
class AveragedHeadTest {
    private static final Dataset FIT = Dataset.of(
            TestNetworks.images(60, 1),
            Layout.NCHW,
            IntStream.range(0, 60).map(i -> i % 5).toArray());
    private static final Dataset OTHERS = Dataset.of(TestNetworks.images(9, 2), Layout.NCHW, null);

    private static NetworkBuilder start() {
        return NetworkBuilder.input("x", 3, 8, 8)
                .seed(3)
                .conv("conv", 7, 3, 1, 1)
                .relu("relu");
    }

    private static Graph before() {
        return start().conv("head", 5, 1, 1, 0)
                .globalAveragePool("gap")
                .flatten("logits")
                .build();
    }

    private static Graph after() {
        return start().globalAveragePool("gap")
                .conv("head", 5, 1, 1, 0)
                .flatten("logits")
                .build()
                .withInitializers(before().initializers());
    }

    @Test
    void structure_meanAfterPointwiseConvolution_isAnAveragedHead() {
        try (Network network = Network.of(before(), Precision.FLOAT64)) {
            assertThat(network.structure().head())
                    .isEqualTo(new Head("head", "relu", "head.weight", true, "head.bias", true));
            Site site = Site.of(network, 5);
            Array x = TestNetworks.images(4, 5);
            Array h = GradNorm.features(network, network.run(x, List.of("relu")).get("relu"));
            Array z = network.logits(x);
            for (int i = 0; i < 4; i++) {
                double[] own = h.slice(i, i + 1).toDoubles();
                assertThat(site.logits(own)).containsExactly(z.slice(i, i + 1).toDoubles(), within(1e-12));
            }
        }
    }

    @Test
    void fitted_everyDetectorOfRows_equalThoseOfTheTwin() {
        List<Detector> detectors = Detectors.names().stream()
                .filter(n -> Detectors.entry(n).about().readsHead())
                .map(n -> switch (n) {
                    case "knn", "nnguide" -> n + ":k=5";
                    case "neco" -> "neco:dimensions=3";
                    case "vim", "residual" -> n + ":leading=3";
                    default -> n;
                })
                .map(Detectors::parse)
                .toList();
        try (Network network = Network.of(before(), Precision.FLOAT64);
                Network twin = Network.of(after(), Precision.FLOAT64)) {
            ScoreTable found = scores(network, detectors);
            ScoreTable expected = scores(twin, detectors);
            assertThat(detectors).hasSizeGreaterThan(15);
            for (int d = 0; d < detectors.size(); d++) {
                double scale =
                        Arrays.stream(expected.values()[d]).map(Math::abs).max().orElse(1);
                assertThat(found.values()[d])
                        .as(Detectors.text(detectors.get(d)))
                        .containsExactly(expected.values()[d], within(1e-8 * Math.max(1, scale)));
            }
            Map<String, Array> batch = Map.of("x", TestNetworks.images(4, 5));
            assertThat(GradNorm.of(network, batch, 1, 1))
                    .containsExactly(GradNorm.of(twin, batch, 1, 1), within(1e-12));
        }
    }

    private static ScoreTable scores(Network network, List<Detector> detectors) {
        FittedDetectors fitted = DetectorFit.fit(network, FIT, true, detectors, 1, done -> {});
        return new Scorer(network, List.copyOf(fitted.scores()), 1).score(OTHERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2,3", "-2,-1"})
    void structure_meanOverNamedAxes_isTheSame(String axes) {
        long[] named = Arrays.stream(axes.split(",")).mapToLong(Long::parseLong).toArray();
        assertThat(headBefore("ReduceMean", Attributes.NONE.with("axes", named), 1, 0))
                .isEqualTo(true);
    }

    @Test
    void structure_otherMeansOrConvolutions_areNoHead() {
        Attributes overChannels = Attributes.NONE.with("axes", new long[] {1, 2});
        assertThat(headBefore("ReduceMean", overChannels, 1, 0)).isNull();
        assertThat(headBefore("ReduceMean", Attributes.NONE, 1, 0))
                .as("over all axes")
                .isNull();
        assertThat(headBefore("GlobalAveragePool", Attributes.NONE, 2, 0))
                .as("some positions")
                .isNull();
        assertThat(headBefore("GlobalAveragePool", Attributes.NONE, 1, 1))
                .as("an edge of bias alone")
                .isNull();
        assertThat(headBefore("GlobalMaxPool", Attributes.NONE, 1, 0)).isNull();
    }

    /** Whether the head is averaged, or null if there is none. */
    private static @org.jspecify.annotations.Nullable Boolean headBefore(
            String op, Attributes attributes, int stride, int padding) {
        Graph graph = start().conv("head", 5, 1, stride, padding)
                .unary("logits", op, attributes)
                .build();
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            Head head = network.structure().head();
            return head == null ? null : Objects.requireNonNull(head).averaged();
        }
    }
}

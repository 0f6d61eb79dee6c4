package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.network.engine.Precision;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Maps of trained networks against the authors' code run in float64. */
class CosineSimilarityMapsGoldenTest {
    static Stream<Arguments> cases() {
        return GoldenNet.NAMES.stream()
                .flatMap(name -> Stream.of(Precision.values())
                        .flatMap(p -> Stream.of(true, false)
                                .flatMap(sign ->
                                        Stream.of(true, false).map(rescale -> Arguments.of(name, p, sign, rescale)))));
    }

    /** Their float32 maps are wrong by up to 3e-3 on these inputs; ours are compared with their float64 maps in both precisions. */
    @ParameterizedTest
    @MethodSource("cases")
    void of_goldenNetwork_equalsReference(String name, Precision precision, boolean sign, boolean rescale) {
        try (GoldenNet net = GoldenNet.load(name, precision);
                Npz golden = net.results("gga.npz")) {
            CosineSimilarityMaps method =
                    new CosineSimilarityMaps(sign, rescale, ChannelReduction.MAX, ClassSelection.all());
            CosineSimilarityMaps.Maps maps = method.of(net.network, net.input);
            Array expected = golden.read("csm.sign" + (sign ? 1 : 0) + ".rescale" + (rescale ? 1 : 0) + ".f64");
            int k = expected.dim(1);
            assertThat(maps.maps()).hasDimensions(expected.dim(0), k);
            assertThat(maps.status()).containsOnly(Status.OK);
            double tolerance = precision == Precision.FLOAT64 ? 1e-9 : 1e-5;
            for (int i = 0; i < expected.size(); i++) {
                assertThat(maps.maps()[i / (k * k)][i / k % k][i % k])
                        .as("input %s, classes %s and %s", i / (k * k), i / k % k, i % k)
                        .isCloseTo(expected.get(i), within(tolerance));
            }
        }
    }
}

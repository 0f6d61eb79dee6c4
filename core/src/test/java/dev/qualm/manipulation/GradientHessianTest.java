package dev.qualm.manipulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.attribution.Attributions;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.attribution.Target;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Structured products with a network's Hessian against differences of its gradient. */
class GradientHessianTest {
    @ParameterizedTest
    @CsvSource({"n4-avgpool-cnn, 1", "n4-avgpool-cnn, 5", "n5-rgb-seq, 3", "n2-rgb-resnet, 1", "n3-tabular-mlp, 2"})
    void times_severalProbes_equalsDifferencesOfTheGradient(String net, double beta) {
        Array image = Golden.arrays(net + "/io.npz").get("input").slice(0, 1).asFloat64();
        try (Network network = Golden.network(net, Precision.FLOAT64);
                SmoothedMaps maps = SmoothedMaps.of(Attributions.of("gradient"), network, Target.logit());
                GradientHessian hessian = GradientHessian.of(maps.apply(beta), image, 1)) {
            HessianProducts slow = FiniteDifferenceHessian.at(
                    new LogitGradient(maps.apply(beta), image.dtype(), item(image), 1), image.toDoubles(), true);
            double[][] probes = new double[19][hessian.size()];
            Random random = new Random(7);
            for (double[] probe : probes) {
                for (int i = 0; i < probe.length; i++) {
                    probe[i] = random.nextGaussian();
                }
            }
            double[][] found = hessian.times(probes);
            double[][] expected = slow.times(probes);
            for (int k = 0; k < probes.length; k++) {
                double scale = Vectors.norm(expected[k]);
                assertThat(Vectors.norm(Vectors.minus(found[k], expected[k]))).isLessThan(1e-6 * scale);
                assertThat(found[k]).isEqualTo(hessian.times(probes)[k]);
            }
            double[] single = hessian.times(new double[][] {probes[3]})[0];
            assertThat(Vectors.norm(Vectors.minus(single, found[3]))).isLessThan(1e-10 * Vectors.norm(single));
        }
    }

    private static int[] item(Array image) {
        int[] shape = image.shape();
        return java.util.Arrays.copyOfRange(shape, 1, shape.length);
    }
}

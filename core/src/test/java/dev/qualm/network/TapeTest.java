package dev.qualm.network;

import static dev.qualm.network.TestNetworks.gap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TapeTest {
    private static final double STEP = 1e-5;

    /** Cotangent that picks one logit of the first sample. */
    private static Array pick(int n, int k, int c) {
        double[] values = new double[n * k];
        values[c] = 1;
        return Array.of(values, n, k);
    }

    private static Array bumped(Array a, int at, double by) {
        double[] values = a.toDoubles().clone();
        values[at] += by;
        return Array.of(values, a.shape());
    }

    @Test
    void gradient_toInput_equalsCentralDifference() {
        Array x = TestNetworks.images(2, 1);
        try (Network network = Network.of(TestNetworks.residual(1), Precision.FLOAT64);
                Tape tape = Tape.record(network, x, Recording.ofInput(network))) {
            Array gradient = tape.gradient(pick(2, 5, 3), "input");
            for (int at : new int[] {0, 57, 133, 191}) {
                double slope = (network.logits(bumped(x, at, STEP)).get(3)
                                - network.logits(bumped(x, at, -STEP)).get(3))
                        / (2 * STEP);
                assertThat(gradient.get(at)).isCloseTo(slope, within(1e-8));
            }
            for (int i = x.size() / 2; i < x.size(); i++) {
                assertThat(gradient.get(i)).as("the other sample").isZero();
            }
        }
    }

    @Test
    void gradients_toTap_chainToTheSameInputGradient() {
        Array x = TestNetworks.images(1, 2);
        try (Network network = Network.of(TestNetworks.residual(3), Precision.FLOAT64);
                NativeScope scope = NativeScope.values();
                Tape tape = Tape.record(network, x, Recording.ofTaps(network, List.of("relu1")))) {
            Tensor seed = Tensors.of(pick(1, 5, 0), Precision.FLOAT64);
            Tensor input = tape.value("input");
            Tensor tap = tape.value("relu1");
            Tensor atTap = tape.gradients(tape.logits(), seed, List.of(tap)).get(0);
            Tensor through = tape.gradients(tap, atTap, List.of(input)).get(0);
            Tensor direct = tape.gradients(tape.logits(), seed, List.of(input)).get(0);
            assertThat(gap(Tensors.toArray(through), Tensors.toArray(direct))).isLessThan(1e-14);
        }
    }

    @Test
    void gradient_severalTensors_isTheSumOfTheirGradients() {
        Array x = TestNetworks.images(2, 4);
        try (Network network = Network.of(TestNetworks.residual(5), Precision.FLOAT64);
                Tape tape = Tape.record(network, x, Recording.ofTaps(network, List.of("relu1")))) {
            Array kept = tape.array("relu1");
            double[] weights = new double[kept.size()];
            java.util.Arrays.setAll(weights, j -> Math.sin(j));
            Array inner = Array.of(weights, kept.size()).reshape(kept.shape());
            Array outer = pick(2, 5, 3);
            Array both = tape.gradient(Map.of("relu1", inner, Tape.LOGITS, outer), "input");
            Array first = tape.gradient(Map.of("relu1", inner), "input");
            Array second = tape.gradient(outer, "input");
            for (int at = 0; at < x.size(); at++) {
                assertThat(both.get(at)).isCloseTo(first.get(at) + second.get(at), within(1e-12));
            }
            assertThat(java.util.Arrays.stream(first.toDoubles())
                            .map(Math::abs)
                            .max()
                            .orElse(0))
                    .isPositive();
        }
    }

    @Test
    void recordTaps_keepsTheTapsAndNothingBehindThem() {
        Array x = TestNetworks.images(2, 2);
        try (Network network = Network.of(TestNetworks.residual(3), Precision.FLOAT64);
                Tape whole = Tape.record(network, x, Recording.ofTaps(network, List.of("relu1")));
                Tape early = Tape.recordTaps(network, x, Recording.ofTaps(network, List.of("relu1")))) {
            assertThat(early.array("relu1")).isEqualTo(whole.array("relu1"));
            assertThatThrownBy(early::logits).isInstanceOf(UnsupportedModelException.class);
        }
    }

    @Test
    void gradients_toWeights_equalCentralDifference() {
        Array x = TestNetworks.images(3, 4);
        try (Network network = Network.of(TestNetworks.residual(5), Precision.FLOAT64);
                NativeScope scope = NativeScope.recording()) {
            Map<String, Tensor> weights = new HashMap<>();
            for (String name : List.of("conv1.weight", "bn1.weight", "logits.bias")) {
                Array a = java.util.Objects.requireNonNull(
                        network.graph().initializers().get(name));
                weights.put(name, Tensors.of(a, Precision.FLOAT64).set_requires_grad(true));
            }
            try (Tape tape = Tape.record(network, x, Recording.ofWeights(weights))) {
                Tensor seed = Tensors.of(pick(3, 5, 2), Precision.FLOAT64);
                for (String name : weights.keySet()) {
                    Tensor w = java.util.Objects.requireNonNull(weights.get(name));
                    Array gradient = Tensors.toArray(
                            tape.gradients(tape.logits(), seed, List.of(w)).get(0));
                    Array value = Tensors.toArray(w);
                    double slope = (with(network, name, bumped(value, 1, STEP), x)
                                    - with(network, name, bumped(value, 1, -STEP), x))
                            / (2 * STEP);
                    assertThat(gradient.get(1)).as(name).isCloseTo(slope, within(1e-8));
                }
            }
        }
    }

    private static double with(Network network, String weight, Array value, Array x) {
        try (Network changed = network.with(Views.weights(Map.of(weight, value)))) {
            return changed.logits(x).get(2);
        }
    }

    @Test
    void gradients_differentiable_secondDerivativeOfSmoothNetworkEqualsCentralDifference() {
        Array x = TestNetworks.images(1, 6);
        View smooth = Views.softplus(3).then(Views.smoothMaxPool(4));
        try (Network plain = Network.of(TestNetworks.residual(7), Precision.FLOAT64);
                Network network = plain.with(smooth);
                NativeScope scope = NativeScope.recording();
                Tape tape = Tape.record(network, x, Recording.ofInput(network))) {
            Tensor seed = Tensors.of(pick(1, 5, 1), Precision.FLOAT64);
            Tensor input = tape.value("input");
            Tensor first =
                    tape.gradients(tape.logits(), seed, List.of(input), true).get(0);
            Tensor direction = Tensors.of(TestNetworks.images(1, 8), Precision.FLOAT64);
            Array product = Tensors.toArray(
                    tape.gradients(first, direction, List.of(input)).get(0));
            int at = 77;
            double slope = (along(network, bumped(x, at, STEP)) - along(network, bumped(x, at, -STEP))) / (2 * STEP);
            assertThat(slope).isNotZero();
            assertThat(product.get(at)).isCloseTo(slope, within(1e-7));
        }
    }

    /** Inner product of the gradient at x with a fixed direction. */
    private static double along(Network network, Array x) {
        try (Tape tape = Tape.record(network, x, Recording.ofInput(network))) {
            Array gradient = tape.gradient(pick(1, 5, 1), "input");
            Array direction = TestNetworks.images(1, 8);
            double sum = 0;
            for (int i = 0; i < gradient.size(); i++) {
                sum += gradient.get(i) * direction.get(i);
            }
            return sum;
        }
    }

    @Test
    void record_training_updatesRunningStatisticsInPlace() {
        Array x = TestNetworks.images(16, 9);
        try (Network network = Network.of(TestNetworks.residual(10), Precision.FLOAT64);
                NativeScope scope = NativeScope.recording()) {
            Map<String, Tensor> weights = new HashMap<>();
            network.graph().initializers().forEach((name, a) -> weights.put(name, Tensors.of(a, Precision.FLOAT64)));
            Array before = Tensors.toArray(java.util.Objects.requireNonNull(weights.get("bn1.running_mean")));
            try (Tape tape = Tape.record(
                    network, x, new Recording(java.util.Set.of("conv1"), java.util.Set.of(), weights, true))) {
                Array conv = tape.array("conv1");
                double mean = 0;
                for (int n = 0; n < 16; n++) {
                    for (int i = 0; i < 64; i++) {
                        mean += conv.get((n * 6 + 2) * 64 + i) / (16 * 64);
                    }
                }
                Array after = Tensors.toArray(java.util.Objects.requireNonNull(weights.get("bn1.running_mean")));
                // ONNX momentum 0.9 keeps nine tenths of the old value.
                assertThat(after.get(2)).isCloseTo(0.9 * before.get(2) + 0.1 * mean, within(1e-7));
            }
        }
    }

    @Test
    void tapes_manyCalls_nativeMemoryStaysFlat() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                java.nio.file.Files.exists(java.nio.file.Path.of("/proc/self/statm")), "needs Linux's /proc");
        Array x = TestNetworks.images(4, 11).asFloat32();
        try (Network network = Network.of(TestNetworks.residual(12), Precision.FLOAT32)) {
            sweep(network, x, 1500);
            long least = Long.MAX_VALUE;
            // A leak grows all the time; the heap of the virtual machine, which counts too, only now and then.
            for (int window = 0; window < 3; window++) {
                long before = residentPages();
                sweep(network, x, 3000);
                least = Math.min(least, residentPages() - before);
            }
            // A leak of one input gradient (3 KB) per call alone would be 9 MB.
            assertThat(least * 4096).isLessThan(8 << 20);
        }
    }

    private static void sweep(Network network, Array x, int calls) {
        for (int i = 0; i < calls; i++) {
            try (Tape tape = Tape.record(network, x, Recording.ofInput(network))) {
                tape.gradient(pick(4, 5, 1).asFloat32(), "input");
            }
        }
    }

    private static long residentPages() throws java.io.IOException {
        return Long.parseLong(java.nio.file.Files.readString(java.nio.file.Path.of("/proc/self/statm"))
                .split(" ")[1]);
    }
}

package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.Random;

/** Inputs for {@link ResNet20} and {@link MobileNet}. */
final class Images {
    private Images() {}

    /** Standard normal images {@code [n, 3, 32, 32]}, the same for the same n. */
    static Array normal(int n) {
        Random random = new Random(n);
        float[] values = new float[n * 3 * 32 * 32];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Array.of(values, n, 3, 32, 32);
    }

    /** A cotangent {@code [n, 10]} that asks for the gradient of the sum of the logits. */
    static Array ones(int n) {
        float[] ones = new float[n * 10];
        Arrays.fill(ones, 1);
        return Array.of(ones, n, 10);
    }

    /** A cotangent {@code [1, 10]} that asks for the gradient of the first logit. */
    static Array oneHot() {
        float[] one = new float[10];
        one[0] = 1;
        return Array.of(one, 1, 10);
    }
}

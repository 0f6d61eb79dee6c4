package dev.qualm.manipulation;

import dev.qualm.data.Perturbations;
import java.util.SplittableRandom;

/** Random numbers of one image, whatever batch it is in. */
final class Seeds {
    private Seeds() {}

    static SplittableRandom of(long seed, int row, int attempt) {
        return new SplittableRandom(Perturbations.itemSeed(Perturbations.itemSeed(seed, row), attempt));
    }

    static double[] gaussian(SplittableRandom random, int size) {
        double[] out = new double[size];
        for (int i = 0; i < size; i++) {
            out[i] = random.nextGaussian();
        }
        return out;
    }

    static double[] signs(SplittableRandom random, int size) {
        double[] out = new double[size];
        for (int i = 0; i < size; i++) {
            out[i] = random.nextBoolean() ? 1 : -1;
        }
        return out;
    }
}

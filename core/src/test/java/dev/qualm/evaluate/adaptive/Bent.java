package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.Score;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** A small smooth network in doubles, on which gradients can be held against differences. */
final class Bent {
    static final int WIDTH = 5;
    static final int CLASSES = 4;
    static final Budget BUDGET = new Budget(Ball.L2, 0.2);

    private Bent() {}

    static Network network() {
        return Network.of(
                NetworkBuilder.input("x", WIDTH)
                        .seed(5)
                        .linear("first", 9)
                        .unary("features", "Softplus", Attributes.NONE)
                        .linear("fc", CLASSES)
                        .build(),
                Precision.FLOAT64);
    }

    static Array items(int n, long seed) {
        Random random = new Random(seed);
        return Array.of(random.doubles((long) n * WIDTH, -2, 2).toArray(), n, WIDTH);
    }

    static DetectorScore fitted(Network network, String text) {
        Array items = items(200, 1);
        int[] labels = new int[200];
        double[][] z = Pass.rows(network.logits(items));
        // One in five is misclassified.
        Arrays.setAll(labels, i -> (Pass.largest(z[i], -1) + (i % 5 == 0 ? 1 : 0)) % CLASSES);
        Dataset data = Dataset.of(items, Layout.NCHW, labels);
        return DetectorFit.fit(network, data, true, List.of(Detectors.parse(text)), 1, done -> {})
                .scores()
                .get(0);
    }

    static Ladder ladder(Network network, Score score) {
        return new Ladder(new Defence(network, score, 0), BUDGET, Box.of(-3, 3), LadderSettings.of(7));
    }

    /** Central differences of a function of one item, {@code [1, WIDTH]}. */
    static double[] differences(ToDoubleFunction<Array> function, Array item) {
        double h = 1e-5;
        double[] out = new double[item.size()];
        for (int j = 0; j < out.length; j++) {
            double[] up = item.toDoubles().clone();
            double[] down = up.clone();
            up[j] += h;
            down[j] -= h;
            out[j] = (function.applyAsDouble(Array.of(up, item.shape()))
                            - function.applyAsDouble(Array.of(down, item.shape())))
                    / (2 * h);
        }
        return out;
    }
}

package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.detect.LogitScore;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Two entries a and b, class 1 where they add up to more than 1, else class 0; a third logit shows b to the detector, which raises an alarm where
 * b is above 0.45. Items lie near (0.41, 0.41), the ball has radius 0.2: raising both entries alike is caught, raising a alone evades.
 */
final class Toy {
    static final double THRESHOLD = 0.45;
    static final Budget BUDGET = new Budget(Ball.LINF, 0.2);
    static final Box BOX = Box.of(0, 1);

    private Toy() {}

    static Network network(Precision precision) {
        Graph graph = NetworkBuilder.input("x", 2)
                .seed(1)
                .relu("positive")
                .linear("fc", 3)
                .build();
        double[][] rows = {{0, 0}, {4, 4}, {0, 1}};
        double[] bias = {0, -4, -10};
        Map<String, Array> weights = new HashMap<>();
        for (Map.Entry<String, Array> w : graph.initializers().entrySet()) {
            Array a = w.getValue();
            double[] values = new double[a.size()];
            for (int i = 0; i < values.length; i++) {
                boolean classesFirst = a.dim(0) == 3;
                values[i] = a.rank() == 1 ? bias[i] : classesFirst ? rows[i / 2][i % 2] : rows[i % 3][i / 3];
            }
            weights.put(w.getKey(), Array.of(values, a.shape()).asFloat32());
        }
        return Network.of(graph.withInitializers(weights), precision);
    }

    /** A score of b. */
    static LogitScore score(String name, ToDoubleFunction<Double> ofB) {
        return new LogitScore(name, "Is b large?", false, z -> ofB.applyAsDouble(z[2] + 10));
    }

    static LogitScore smooth() {
        return score("b", b -> b);
    }

    /** The same alarms as those of b above the threshold, with 0.5 as theirs, and no slope anywhere. */
    static LogitScore masked() {
        return score("step of b", b -> b > THRESHOLD ? 1 : 0);
    }

    static Array items(int n) {
        double[] x = new double[2 * n];
        for (int i = 0; i < n; i++) {
            x[2 * i] = 0.41 + 0.02 * i / n;
            x[2 * i + 1] = 0.41 + 0.005 * i / n;
        }
        return Array.of(x, n, 2);
    }

    /** Of class 1 and without an alarm, far away. */
    static Array others() {
        return Array.of(new double[] {0.95, 0.42, 0.9, 0.41}, 2, 2);
    }

    static LadderSettings settings() {
        return LadderSettings.of(3).withSteps(20).withQueries(60, 10);
    }
}

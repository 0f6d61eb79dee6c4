package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;

/** Measures final points from the items and the points alone, without trust in the attack that made them. */
final class Audit {
    private Audit() {}

    /**
     * Whether each point lies in the ball around its item and in the box, but for the rounding of the network's
     * precision.
     */
    static boolean[] inside(Network network, Array items, Array points, Budget budget, Box box) {
        int n = items.dim(0);
        int width = items.size() / Math.max(1, n);
        int channels = items.rank() > 1 ? items.dim(1) : 1;
        double relative = network.precision() == Precision.FLOAT64 ? 1e-14 : 2.4e-7;
        boolean[] out = new boolean[n];
        for (int i = 0; i < n; i++) {
            double most = 0;
            double square = 0;
            double sum = 0;
            double slack = 0;
            boolean boxed = true;
            for (int j = 0; j < width; j++) {
                int c = box.low().length == 1 ? 0 : (int) ((long) j * channels / width);
                double from = items.get(i * width + j);
                double to = points.get(i * width + j);
                double rounding = relative * Math.max(Math.abs(from), Math.abs(to));
                double d = Math.abs(to - from) / box.unit()[c];
                most = Math.max(most, d);
                square += d * d;
                sum += d;
                slack = Math.max(slack, rounding / box.unit()[c]);
                // Items may be a thousandth outside; what was not moved is no fault of the attack.
                boxed &= to == from || (to >= box.low()[c] - rounding && to <= box.high()[c] + rounding);
            }
            double length = switch (budget.ball()) {
                case LINF -> most - slack;
                case L2 -> Math.sqrt(square) - slack * Math.sqrt(width);
                case L1 -> sum - slack * width;
            };
            // A comparison that NaN fails.
            out[i] = boxed && length <= budget.epsilon() * (1 + 1e-9);
        }
        return out;
    }
}

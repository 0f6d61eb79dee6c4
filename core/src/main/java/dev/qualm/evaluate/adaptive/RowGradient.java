package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.gradient.GradNorm;
import dev.qualm.network.Head;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * The gradient of a function of logits and features: by these in central differences of doubles, by the input in one
 * reverse sweep from both.
 *
 * @param network the classifier
 * @param score the function
 * @param seed of the directions along which more than {@value #EXACT} features are differentiated
 */
record RowGradient(Network network, RowScore score, long seed) implements ScoreGradient {
    /** Features up to which each has its own difference. */
    static final int EXACT = 512;

    private static final int DIRECTIONS = 256;
    /** About the third root of the precision of doubles, at which central differences err least. */
    private static final double STEP = 6e-6;

    @Override
    public String method() {
        return "differences by logits" + (score.features() ? " and features" : "") + ", one reverse sweep";
    }

    @Override
    public double passes(int classes) {
        return 2;
    }

    @Override
    public double[] at(Array batch) {
        if (!score.features()) {
            try (Pass pass = Pass.of(network, batch)) {
                double[][] z = pass.logits();
                return pass.gradient(cotangents(z, new double[z.length][0], false));
            }
        }
        Head head = Objects.requireNonNull(network.structure().head());
        String leaf = network.structure().differentiable();
        Recording recording = Recording.ofInput(network).tapping(head.features());
        try (Tape tape = Tape.record(network, batch, recording)) {
            double[][] z = Pass.rows(network.asLogits(tape.array(Tape.LOGITS)));
            Array features = tape.array(head.features());
            double[][] h = Pass.rows(GradNorm.features(network, features));
            Map<String, Array> seeds = Map.of(
                    Tape.LOGITS,
                    Pass.matrix(cotangents(z, h, false)),
                    head.features(),
                    atPositions(cotangents(z, h, true), features));
            return tape.gradient(seeds, leaf).toDoubles();
        }
    }

    /** Derivatives by the features as those by their tensor: where features are means over positions, each has an equal part. */
    private static Array atPositions(double[][] byFeatures, Array tensor) {
        int d = byFeatures.length == 0 ? 0 : byFeatures[0].length;
        int positions = d == 0 ? 1 : tensor.size() / (byFeatures.length * d);
        double[] out = new double[tensor.size()];
        for (int k = 0; k < out.length; k++) {
            int channel = k / positions;
            out[k] = byFeatures[channel / d][channel % d] / positions;
        }
        return Array.of(out, tensor.shape());
    }

    /** Derivatives of the score by the logits, or by the features, of each row. */
    double[][] cotangents(double[][] z, double[][] h, boolean byFeatures) {
        double[][] out = new double[z.length][];
        for (int i = 0; i < z.length; i++) {
            double[] at = byFeatures ? h[i] : z[i];
            out[i] = byFeatures && at.length > EXACT ? alongDirections(z[i], at) : entries(z[i], h[i], byFeatures);
        }
        return out;
    }

    private double[] entries(double[] z, double[] h, boolean byFeatures) {
        double[] at = byFeatures ? h : z;
        double[][] moved = new double[2 * at.length][];
        double[] steps = new double[at.length];
        for (int j = 0; j < at.length; j++) {
            double by = STEP * Math.max(1, Math.abs(at[j]));
            moved[2 * j] = at.clone();
            moved[2 * j][j] += by;
            moved[2 * j + 1] = at.clone();
            moved[2 * j + 1][j] -= by;
            steps[j] = moved[2 * j][j] - moved[2 * j + 1][j];
        }
        double[] s = values(z, h, moved, byFeatures);
        double[] out = new double[at.length];
        for (int j = 0; j < out.length; j++) {
            out[j] = orZero((s[2 * j] - s[2 * j + 1]) / steps[j]);
        }
        return out;
    }

    /* The mean of derivatives along normal directions times these is the gradient, in expectation. */
    private double[] alongDirections(double[] z, double[] h) {
        Random random = new Random(seed);
        double largest = 1;
        for (double v : h) {
            largest = Math.max(largest, Math.abs(v));
        }
        double by = STEP * largest;
        double[][] directions = new double[DIRECTIONS][h.length];
        double[][] moved = new double[2 * DIRECTIONS][];
        for (int r = 0; r < DIRECTIONS; r++) {
            moved[2 * r] = h.clone();
            moved[2 * r + 1] = h.clone();
            for (int j = 0; j < h.length; j++) {
                directions[r][j] = random.nextGaussian();
                moved[2 * r][j] += by * directions[r][j];
                moved[2 * r + 1][j] -= by * directions[r][j];
            }
        }
        double[] s = values(z, h, moved, true);
        double[] out = new double[h.length];
        for (int r = 0; r < DIRECTIONS; r++) {
            double slope = orZero((s[2 * r] - s[2 * r + 1]) / (2 * by));
            for (int j = 0; j < out.length; j++) {
                out[j] += slope * directions[r][j] / DIRECTIONS;
            }
        }
        return out;
    }

    private double[] values(double[] z, double[] h, double[][] moved, boolean byFeatures) {
        double[][] logits = new double[moved.length][];
        double[][] features = new double[moved.length][];
        for (int r = 0; r < moved.length; r++) {
            logits[r] = byFeatures ? z : moved[r];
            features[r] = byFeatures ? moved[r] : h;
        }
        return score.function().of(logits, features);
    }

    /** At the edge of what a score is defined for there is nothing to follow. */
    private static double orZero(double slope) {
        return Double.isFinite(slope) ? slope : 0;
    }
}

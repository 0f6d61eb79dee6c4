package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Softmax;
import dev.qualm.detect.fitted.Judge;
import java.util.List;

/**
 * For feature squeezing: the identity stands for rounding and median on the backward pass (Athalye, Carlini, Wagner,
 * ICML 2018, section 4.1), and {@code KL(p, p')} for {@code |p - p'|_1}, of which it is half the square at least
 * (Pinsker) and which does not saturate. Of several squeezers the one that says most counts.
 *
 * @param defence whose score it is
 * @param judge tells the squeezed inputs
 * @param squeezers how many there are
 */
record SqueezeGradient(Defence defence, Judge.OfInput judge, int squeezers) implements ScoreGradient {
    @Override
    public String method() {
        return "identity for the squeezers, KL divergence for the distance";
    }

    @Override
    public double passes(int classes) {
        return 1 + 2.0 * (1 + squeezers);
    }

    @Override
    public double[] at(Array batch) {
        List<Array> squeezed;
        try (Evidence evidence = defence.evidence(batch)) {
            squeezed = judge.changed(evidence);
        }
        try (Pass pass = Pass.of(defence.network(), batch)) {
            double[][] p = probabilities(pass.logits());
            int n = p.length;
            double[][][] q = new double[squeezed.size()][][];
            for (int s = 0; s < q.length; s++) {
                q[s] = probabilities(Pass.rows(defence.network().logits(squeezed.get(s))));
            }
            int[] worst = new int[n];
            double[][] own = new double[n][];
            for (int i = 0; i < n; i++) {
                for (int s = 1; s < q.length; s++) {
                    worst[i] = distance(p[i], q[s][i]) > distance(p[i], q[worst[i]][i]) ? s : worst[i];
                }
                own[i] = byFirst(p[i], q[worst[i]][i]);
            }
            double[] out = pass.gradient(own);
            for (int s = 0; s < q.length; s++) {
                double[][] other = new double[n][p[0].length];
                for (int i = 0; i < n; i++) {
                    for (int k = 0; k < other[i].length && worst[i] == s; k++) {
                        other[i][k] = q[s][i][k] - p[i][k];
                    }
                }
                add(out, defence, squeezed.get(s), other);
            }
            return out;
        }
    }

    private static void add(double[] out, Defence defence, Array inputs, double[][] cotangent) {
        try (Pass pass = Pass.of(defence.network(), inputs)) {
            double[] g = pass.gradient(cotangent);
            for (int j = 0; j < out.length; j++) {
                out[j] += g[j];
            }
        }
    }

    private static double[][] probabilities(double[][] z) {
        double[][] out = new double[z.length][];
        for (int i = 0; i < z.length; i++) {
            out[i] = Softmax.probabilities(z[i]);
        }
        return out;
    }

    private static double distance(double[] p, double[] q) {
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            sum += Math.abs(p[k] - q[k]);
        }
        return sum;
    }

    /** Derivative of KL(p, q) by the logits of p. */
    private static double[] byFirst(double[] p, double[] q) {
        double[] ratio = new double[p.length];
        double mean = 0;
        for (int k = 0; k < p.length; k++) {
            ratio[k] = Math.log(Math.max(p[k], Double.MIN_NORMAL)) - Math.log(Math.max(q[k], Double.MIN_NORMAL));
            mean += p[k] * ratio[k];
        }
        for (int k = 0; k < p.length; k++) {
            ratio[k] = p[k] * (ratio[k] - mean);
        }
        return ratio;
    }
}

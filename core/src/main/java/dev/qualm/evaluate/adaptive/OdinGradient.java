package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Softmax;
import dev.qualm.detect.fitted.Judge;

/**
 * Of ODIN: that of the softmax at the moved input. The step before it is a sign, whose derivative is zero almost
 * everywhere, so that nothing is left out.
 *
 * @param defence whose score it is
 * @param judge tells the moved inputs
 * @param temperature T
 */
record OdinGradient(Defence defence, Judge.OfInput judge, double temperature) implements ScoreGradient {
    @Override
    public String method() {
        return "reverse sweep at the moved input";
    }

    /** A pass and a sweep for the step, a pass and a sweep behind it. */
    @Override
    public double passes(int classes) {
        return 4;
    }

    @Override
    public double[] at(Array batch) {
        Array moved;
        try (Evidence evidence = defence.evidence(batch)) {
            moved = judge.changed(evidence).get(0);
        }
        try (Pass pass = Pass.of(defence.network(), moved)) {
            double[][] z = pass.logits();
            double[][] cotangent = new double[z.length][];
            for (int i = 0; i < z.length; i++) {
                double[] scaled = z[i].clone();
                for (int k = 0; k < scaled.length; k++) {
                    scaled[k] /= temperature;
                }
                double[] p = Softmax.probabilities(scaled);
                int top = Pass.largest(p, -1);
                double rest = Softmax.complements(p)[top];
                cotangent[i] = new double[p.length];
                for (int k = 0; k < p.length; k++) {
                    cotangent[i][k] = p[top] * (k == top ? -rest : p[k]) / temperature;
                }
            }
            return pass.gradient(cotangent);
        }
    }
}

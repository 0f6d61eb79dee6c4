package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.mutation.Mutant;
import dev.qualm.network.Network;
import java.util.List;

/**
 * For label change rates: {@code mean over mutants of log(1 + exp(-m))}, where m is the lead that the network's own
 * class has under a mutant. A soft count of changed labels, with a gradient everywhere.
 *
 * @param network the classifier
 * @param mutants of it
 * @param method for the report
 */
record MutantGradient(Network network, List<Mutant> mutants, String method) implements ScoreGradient {
    @Override
    public double passes(int classes) {
        return 1 + 2.0 * mutants.size();
    }

    @Override
    public double[] at(Array batch) {
        double[][] z = Pass.rows(network.logits(batch));
        double[] out = new double[batch.size()];
        for (Mutant m : mutants) {
            try (Network changed = network.with(m.view());
                    Pass pass = Pass.of(changed, batch)) {
                double[][] f = pass.logits();
                double[][] cotangent = new double[f.length][f.length == 0 ? 0 : f[0].length];
                for (int i = 0; i < f.length; i++) {
                    int own = Pass.largest(z[i], -1);
                    int other = Pass.largest(f[i], own);
                    double slope = 1 / (1 + Math.exp(f[i][own] - f[i][other])) / mutants.size();
                    cotangent[i][own] = -slope;
                    cotangent[i][other] = slope;
                }
                double[] g = pass.gradient(cotangent);
                for (int j = 0; j < out.length; j++) {
                    out[j] += g[j];
                }
            }
        }
        return out;
    }
}

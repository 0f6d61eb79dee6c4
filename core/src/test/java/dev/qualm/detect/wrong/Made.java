package dev.qualm.detect.wrong;

import dev.qualm.Provenance;
import dev.qualm.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Samples made up, with a signal of chosen strength in each feature. */
final class Made {
    private Made() {}

    /**
     * A quarter is wrong. Conductance of 6 maps, whose first is larger for wrong predictions; independently of it the rate too.
     *
     * @param first number of the first item, which names the contents
     */
    static Labelled items(int n, double conductance, double rate, int first, long seed) {
        Random random = new Random(seed);
        List<String> hashes = new ArrayList<>();
        int[] predictions = new int[n];
        int[] labels = new int[n];
        double[][] rows = new double[n][6];
        double[] lcr = new double[n];
        double[] msp = new double[n];
        double[] margin = new double[n];
        for (int i = 0; i < n; i++) {
            hashes.add(String.format(java.util.Locale.ROOT, "%064x", first + i));
            boolean wrong = random.nextInt(4) == 0;
            predictions[i] = random.nextInt(3);
            labels[i] = wrong ? (predictions[i] + 1) % 3 : predictions[i];
            for (int k = 0; k < 6; k++) {
                rows[i][k] = 0.01 * (random.nextGaussian() + (wrong && k == 0 ? conductance : 0));
            }
            lcr[i] = clip(0.2 + 0.1 * (random.nextGaussian() + (wrong ? rate : 0)));
            msp[i] = clip(0.2 + 0.1 * random.nextGaussian());
            margin[i] = -clip(0.5 + 0.1 * random.nextGaussian());
        }
        Provenance made = Provenance.of("made up").with("layer", "relu").with("mutants", "made up");
        return new Labelled(
                new Samples(
                        "model-1",
                        hashes,
                        predictions,
                        rows,
                        lcr,
                        msp,
                        margin,
                        Collections.nCopies(n, Status.OK),
                        26,
                        made),
                labels);
    }

    private static double clip(double v) {
        return Math.max(0, Math.min(1, v));
    }

    static Samples with(Samples s, String modelHash, List<Status> status, Provenance provenance) {
        return new Samples(
                modelHash,
                s.hashes(),
                s.predictions(),
                s.conductance(),
                s.labelChangeRate(),
                s.msp(),
                s.margin(),
                status,
                s.passes(),
                provenance);
    }
}

package dev.qualm.detect;

import java.util.Arrays;

/** Generalised entropy (Liu, Lochman, Zach 2023, equation 4): sum over the M largest p of p^g (1 - p)^g. */
public final class Gen {
    /** The paper's exponent. */
    public static final double GAMMA = 0.1;

    /** The paper's number of classes on ImageNet; all classes when there are fewer. */
    public static final int TOP = 100;

    private Gen() {}

    /**
     * @param gamma exponent g in (0, 1)
     * @param top number M of largest probabilities summed
     */
    public static double of(double[] logits, double gamma, int top) {
        double lse = Softmax.logSumExp(logits);
        double[] z = logits.clone();
        Arrays.sort(z);
        double[] p = new double[z.length];
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp(z[z.length - 1 - i] - lse);
        }
        double[] rest = Softmax.complements(p);
        double sum = 0;
        for (int i = 0; i < Math.min(top, p.length); i++) {
            sum += Math.pow(p[i], gamma) * Math.pow(rest[i], gamma);
        }
        return sum;
    }

    public static Score score() {
        return new LogitScore("gen", "Do small probabilities of other classes add up?", true, z -> of(z, GAMMA, TOP));
    }
}

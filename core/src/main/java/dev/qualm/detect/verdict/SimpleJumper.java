package dev.qualm.detect.verdict;

/**
 * Bets against p-values being independent and uniform, with a capital of 1. If they are, the capital ever reaches c with
 * probability at most 1/c (J. Ville: Étude critique de la notion de collectif. 1939). The simple jumper of V. Vovk, I. Petej, I.
 * Nouretdinov, E. Ahlberg, L. Carlsson, A. Gammerman: Retrain or not retrain: conformal test martingales for change-point detection.
 * PMLR 152, 2021, algorithm 1, started at every time.
 */
/*
 * The jumper holds its capital in three parts that bet on small p-values, on nothing, and on large ones: a part is multiplied
 * by 1 + e (p - 1/2), e = -1, 0, 1, and shifts a share JUMP of the whole evenly between the parts each time. Alone it loses
 * capital while there is nothing to win: after a million ordinary items it would notice nothing for a long time. So a part
 * 1 / (t (t + 1)) of the first capital waits until time t, in the manner of Shiryaev and Roberts; these parts sum to 1, those
 * that still wait at time t to 1 / (t + 1). A mixture of martingales is one. Late changes cost about ln(t^2) of evidence. As
 * all is linear in the capital, the jumpers started at different times need no separate books.
 */
final class SimpleJumper {
    private static final double JUMP = 0.01;
    /** Capitals beyond this are kept divided by it. */
    private static final double LARGE = 1e150;

    private final double[] parts;
    private double logScale;
    private long t;

    SimpleJumper() {
        this(new double[3], 0, 0);
    }

    SimpleJumper(double[] parts, double logScale, long t) {
        this.parts = parts.clone();
        this.logScale = logScale;
        this.t = t;
    }

    /** Bets on the next p-value. */
    void bet(double p) {
        CalibrationException.require(p >= 0 && p <= 1, "a p-value from 0 to 1", p);
        t++;
        double started = Math.exp(-logScale) / ((double) t * (t + 1));
        double sum = parts[0] + parts[1] + parts[2] + started;
        for (int e = -1; e <= 1; e++) {
            double capital = (1 - JUMP) * (parts[e + 1] + started / 3) + JUMP * sum / 3;
            parts[e + 1] = capital * (1 + e * (p - 0.5));
        }
        if (parts[0] + parts[1] + parts[2] > LARGE) {
            for (int i = 0; i < parts.length; i++) {
                parts[i] /= LARGE;
            }
            logScale += Math.log(LARGE);
        }
    }

    /** The natural logarithm of the capital. */
    double logCapital() {
        double waiting = Math.exp(-logScale) / (t + 1.0);
        return logScale + Math.log(parts[0] + parts[1] + parts[2] + waiting);
    }

    double[] parts() {
        return parts.clone();
    }

    double logScale() {
        return logScale;
    }

    long time() {
        return t;
    }
}

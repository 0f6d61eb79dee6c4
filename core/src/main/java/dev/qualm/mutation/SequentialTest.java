package dev.qualm.mutation;

import dev.qualm.QualmException;

/**
 * Wald's sequential probability ratio test of a change rate (Wald, Sequential Tests of Statistical Hypotheses, 1945; as used
 * by Wang, Dong, Sun, Wang, Zhang 2019, section III): is the rate at least {@code threshold + delta} (ABOVE) or at most
 * {@code threshold - delta} (BELOW)? Between the two either answer is right.
 *
 * <p>After n mutants with c changes, {@code L = c ln(p1/p0) + (n - c) ln((1 - p1)/(1 - p0))} with {@code p1 = threshold +
 * delta} and {@code p0 = threshold - delta}; ABOVE if {@code L >= ln((1 - beta)/alpha)}, BELOW if {@code L <=
 * ln(beta/(1 - alpha))}. Both bounds are tested after every mutant. The published script tests them only when a label
 * changed, so that an input that never changes costs it all mutants.
 *
 * <p>The error rates hold for mutants drawn anew for each input; on one saved pool they hold on average over pools.
 *
 * @param threshold the change rate that separates
 * @param delta half-width of the zone of indifference, positive; cost grows as its inverse square
 * @param alpha probability of ABOVE at p0, about
 * @param beta probability of BELOW at p1, about; {@code alpha + beta} below 1
 * @param cap most mutants for one input
 * @param undecided what an input counts as when the cap is reached first
 */
public record SequentialTest(double threshold, double delta, double alpha, double beta, int cap, Undecided undecided)
        implements StoppingRule {
    private static final int MAX_CAP = 10_000_000;

    /** What to make of an input that the cap left undecided. */
    public enum Undecided {
        /** It counts as BELOW, as in nMutant. */
        BELOW,
        /** It counts as ABOVE: nothing is trusted that could not be cleared. */
        ABOVE,
        /** It counts as ABOVE if its observed rate is above the threshold. */
        OBSERVED_RATE
    }

    public SequentialTest {
        if (!(delta > 0) || !(threshold - delta > 0) || !(threshold + delta < 1)) {
            throw new QualmException("Expected 0 < threshold - delta < threshold + delta < 1, but found threshold "
                    + threshold + " and delta " + delta
                    + "; choose delta smaller than the threshold and than 1 - threshold"
                    + (threshold > 0
                            ? ""
                            : "; a threshold of 0 comes from clean inputs that no mutant changes: mutate at a"
                                    + " higher rate or use LcrCurtailment"));
        }
        if (!(alpha > 0 && beta > 0 && alpha + beta < 1)) {
            throw new QualmException("Expected positive error rates alpha and beta with a sum below 1, but found "
                    + alpha + " and " + beta);
        }
        if (cap < 1 || cap > MAX_CAP) {
            throw new QualmException("Expected a cap from 1 to " + MAX_CAP + " mutants, but found " + cap);
        }
    }

    /** Delta half the threshold, errors of 5%, at most 500 mutants: about a fifth of the cost of {@link #nMutant}. */
    public static SequentialTest of(double threshold) {
        return new SequentialTest(threshold, 0.5 * threshold, 0.05, 0.05, 500, Undecided.OBSERVED_RATE);
    }

    /** As published by Wang et al. 2019: delta a tenth of the threshold, errors of 5%, at most 500 mutants. */
    public static SequentialTest nMutant(double threshold) {
        return new SequentialTest(threshold, 0.1 * threshold, 0.05, 0.05, 500, Undecided.BELOW);
    }

    /**
     * The third stage that Wu, Michel, Briot 2019 left in a script: delta a tenth of the threshold, errors of 10%, at most
     * 100 mutants. The script leaves the undecided open; here their observed rate decides. For its threshold see
     * {@link LcrThreshold#meanPlusStd}.
     */
    public static SequentialTest thirdStage(double threshold) {
        return new SequentialTest(threshold, 0.1 * threshold, 0.1, 0.1, 100, Undecided.OBSERVED_RATE);
    }

    public SequentialTest withDelta(double newDelta) {
        return new SequentialTest(threshold, newDelta, alpha, beta, cap, undecided);
    }

    public SequentialTest withErrors(double newAlpha, double newBeta) {
        return new SequentialTest(threshold, delta, newAlpha, newBeta, cap, undecided);
    }

    public SequentialTest withCap(int newCap) {
        return new SequentialTest(threshold, delta, alpha, beta, newCap, undecided);
    }

    public SequentialTest withUndecided(Undecided newUndecided) {
        return new SequentialTest(threshold, delta, alpha, beta, cap, newUndecided);
    }

    /** The lower hypothesis, {@code threshold - delta}. */
    public double p0() {
        return threshold - delta;
    }

    /** The upper hypothesis, {@code threshold + delta}. */
    public double p1() {
        return threshold + delta;
    }

    /** The log-likelihood ratio that decides ABOVE, in nats. */
    public double upper() {
        return Math.log((1 - beta) / alpha);
    }

    /** The log-likelihood ratio that decides BELOW, in nats. */
    public double lower() {
        return Math.log(beta / (1 - alpha));
    }

    /** The log-likelihood ratio of p1 against p0 after {@code n} mutants with {@code changes}, in nats. */
    public double logLikelihoodRatio(int n, int changes) {
        return changes * change() + (n - changes) * agreement();
    }

    private double change() {
        return Math.log(p1() / p0());
    }

    private double agreement() {
        return Math.log((1 - p1()) / (1 - p0()));
    }

    @Override
    public int limit() {
        return cap;
    }

    @Override
    public Decision decide(int n, int changes) {
        requireCounts(n, changes);
        double ratio = logLikelihoodRatio(n, changes);
        if (ratio >= upper()) {
            return Decision.ABOVE;
        }
        if (ratio <= lower()) {
            return Decision.BELOW;
        }
        return n < cap ? Decision.CONTINUE : Decision.UNDECIDED;
    }

    /** The decision after the last mutant asked, with {@link #undecided} applied: ABOVE, BELOW, or CONTINUE if it is early. */
    public Decision verdict(int n, int changes) {
        Decision decision = decide(n, changes);
        if (decision != Decision.UNDECIDED) {
            return decision;
        }
        boolean above = switch (undecided) {
            case BELOW -> false;
            case ABOVE -> true;
            case OBSERVED_RATE -> (double) changes / n > threshold;
        };
        return above ? Decision.ABOVE : Decision.BELOW;
    }

    /** Mutants after which an input that no mutant changes is BELOW; may exceed the cap. */
    public long mutantsIfNoneChanges() {
        return steps(lower(), agreement());
    }

    /** Mutants after which an input that every mutant changes is ABOVE; may exceed the cap. */
    public long mutantsIfAllChange() {
        return steps(upper(), change());
    }

    private static long steps(double bound, double step) {
        return Math.max(1, (long) Math.ceil(bound / step));
    }

    /**
     * Expected number of mutants without a cap at a change rate, by Wald's approximation, which neglects how far the ratio
     * overshoots its bound. {@link #at} gives the exact number with the cap.
     */
    /*
     * Wald's identity: E[n] E[z] = E[L at the stop], with z the step of L. Where E[z] = 0, E[n] E[z^2] = E[L^2].
     */
    public double expectedSampleSize(double rate) {
        double below = operatingCharacteristic(rate);
        double step = meanStep(rate);
        if (root(rate) == 0) {
            double square = rate * change() * change() + (1 - rate) * agreement() * agreement();
            return (below * lower() * lower() + (1 - below) * upper() * upper()) / square;
        }
        return (below * lower() + (1 - below) * upper()) / step;
    }

    /**
     * Probability of BELOW without a cap at a change rate, by Wald's approximation: {@code 1 - alpha} at p0, {@code beta} at
     * p1. {@link #at} gives the exact probabilities with the cap.
     */
    /*
     * With h != 0 the root of E[exp(h z)] = 1: (A^h - 1)/(A^h - B^h), A and B the exponentials of the bounds; the limit for
     * h = 0 is upper/(upper - lower). Written so that large h cannot overflow to NaN.
     */
    public double operatingCharacteristic(double rate) {
        double h = root(rate);
        if (h == 0) {
            return upper() / (upper() - lower());
        }
        if (h > 0) {
            return Math.expm1(-h * upper()) / Math.expm1(h * (lower() - upper()));
        }
        double a = Math.expm1(h * upper());
        return a / (a - Math.expm1(h * lower()));
    }

    private double meanStep(double rate) {
        return rate * change() + (1 - rate) * agreement();
    }

    /* E[exp(h z)] - 1, divided by h, rises in h and is E[z] at 0; infinite at rates 0 and 1. 0 where |h| is below 1e-5. */
    private double root(double rate) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new QualmException("Expected a change rate from 0 to 1, but found " + rate);
        }
        double sign = -Math.signum(meanStep(rate));
        double high = 1e-5;
        if (sign == 0 || sign * slope(rate, sign * high) > 0) {
            return 0;
        }
        while (sign * slope(rate, sign * high) < 0 && high < 1e6) {
            high *= 2;
        }
        double low = high / 2;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (sign * slope(rate, sign * middle) < 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return sign * high;
    }

    private double slope(double rate, double h) {
        double up = rate == 0 ? 0 : rate * Math.expm1(h * change());
        double down = rate == 1 ? 0 : (1 - rate) * Math.expm1(h * agreement());
        return (up + down) / h;
    }

    /** What an input costs at rates 0, p0, threshold, p1 and {@code rate}, one line each, to be shown before a long run. */
    public String costs(double rate) {
        StringBuilder text = new StringBuilder();
        for (double p : new double[] {0, p0(), threshold, p1(), rate}) {
            text.append(at(p)).append('\n');
        }
        return text.toString();
    }
}

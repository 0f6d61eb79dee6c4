package dev.qualm.metric;

import dev.qualm.ShapeException;

/**
 * Selective prediction read off prefixes, with ties left in the order of the input (a stable sort by score), as several
 * published implementations do. Only for comparison with their tables: shuffling the cases changes the numbers.
 * {@link RiskCoverage} is free of that. Immutable.
 */
public final class InputOrderRiskCoverage {
    /** errors[k] = wrong predictions among the k + 1 most trusted. */
    private final int[] errors;

    private InputOrderRiskCoverage(int[] errors) {
        this.errors = errors;
    }

    /**
     * From scores.
     *
     * @param scores larger = less trustworthy; infinities allowed
     * @param wrong whether the prediction is wrong, one a score
     * @throws ShapeException if the lengths differ
     * @throws MetricException if there is no score or a score is NaN
     */
    public static InputOrderRiskCoverage of(double[] scores, boolean[] wrong) {
        double[] sorted = Ranking.sorted("scored", scores);
        if (wrong.length != scores.length) {
            throw new ShapeException(
                    "Expected one mark for each of " + scores.length + " scores, but found " + wrong.length);
        }
        // A stable sort of the marks on primitives: a case goes to the first free place of its run.
        int[] errors = new int[scores.length];
        int[] used = new int[scores.length];
        for (int i = 0; i < scores.length; i++) {
            int run = Ranking.countBelow(sorted, scores[i], false);
            errors[run + used[run]++] = wrong[i] ? 1 : 0;
        }
        for (int k = 1; k < errors.length; k++) {
            errors[k] += errors[k - 1];
        }
        return new InputOrderRiskCoverage(errors);
    }

    /** Number of predictions. */
    public int n() {
        return errors.length;
    }

    private double risk(int k) {
        return errors[k] / (k + 1.0);
    }

    /** Mean over k = 1..n of the risk of the k most trusted (Geifman, Uziel and El-Yaniv, ICLR 2019). */
    public double aurc() {
        double sum = 0;
        for (int k = 0; k < n(); k++) {
            sum += risk(k);
        }
        return sum / n();
    }

    /**
     * AURC as TorchUncertainty has it: the trapezoid over coverages 1/n to 1, divided by 1 - 1/n. NaN for a single
     * case.
     */
    public double aurcTrapezoid() {
        double sum = 0;
        for (int k = 1; k < n(); k++) {
            sum += (risk(k - 1) + risk(k)) / 2;
        }
        return n() == 1 ? Double.NaN : sum / (n() - 1);
    }

    /**
     * AUGRC as TorchUncertainty has it: generalised risk (kept and wrong among all) over the same coverages. NaN for a
     * single case.
     */
    public double augrcTrapezoid() {
        double sum = 0;
        for (int k = 1; k < n(); k++) {
            sum += ((double) errors[k - 1] + errors[k]) / (2.0 * n());
        }
        return n() == 1 ? Double.NaN : sum / (n() - 1);
    }

    /** Largest coverage whose risk is at most {@code risk}, in [0, 1]; 0 if there is none. */
    public double coverageAtRisk(double risk) {
        RiskCoverage.requireShare("risk", risk);
        int k = n() - 1;
        while (k >= 0 && risk(k) > risk) {
            k--;
        }
        return (k + 1.0) / n();
    }

    /** Risk of the fewest predictions that make up at least {@code coverage}, in [0, 1]. */
    public double riskAtCoverage(double coverage) {
        RiskCoverage.requireShare("coverage", coverage);
        int k = 0;
        while ((k + 1.0) / n() < coverage) {
            k++;
        }
        return risk(k);
    }

    @Override
    public String toString() {
        return "risk and coverage over " + n() + " prefixes, ties in input order";
    }
}

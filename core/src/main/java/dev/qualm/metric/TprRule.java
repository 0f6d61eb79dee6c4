package dev.qualm.metric;

/**
 * Three published meanings of "FPR at 95% TPR". They can differ by a factor of five on the same scores, so a number
 * without its rule says nothing. With continuous scores and many cases the first and the last agree.
 */
public enum TprRule {
    /**
     * Flag as few cases as catch at least the wanted share of positives; FPR is the share of negatives flagged. The
     * rule of OpenOOD (Zhang et al., arXiv:2306.09301), with out-of-distribution as positive class. The default.
     */
    CAUGHT_AT_LEAST("positives caught, at least"),

    /**
     * Trust as few cases as keep at least the wanted share of negatives; FPR is the share of positives trusted with
     * them. The rule of ODIN (Liang, Li and Srikant, ICLR 2018), with in-distribution as positive class. Here the
     * fixed rate is the user's comfort, so it reads "share missed at 5% false alarms".
     */
    KEPT_AT_LEAST("negatives kept, at least"),

    /**
     * As {@link #CAUGHT_AT_LEAST}, but at the share of caught positives nearest to the wanted one, above or below; of
     * two equally near the larger, and of all thresholds with that share the lowest (the highest, once all positives
     * are caught: there the published code ends its curve). The rule of TorchUncertainty and of Hendrycks, Mazeika and
     * Dietterich (ICLR 2019). May report an FPR at a smaller TPR than it names.
     */
    CAUGHT_NEAREST("positives caught, nearest");

    private final String words;

    TprRule(String words) {
        this.words = words;
    }

    /** What is fixed, and how, for tables. */
    public String words() {
        return words;
    }
}

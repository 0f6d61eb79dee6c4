package dev.qualm.metric;

/** How confidences are cut into bins for a calibration error. */
public enum Binning {
    /**
     * Bins of equal width, (low, high], 0 in the first (Guo, Pleiss, Sun and Weinberger, ICML 2017). Most tables use
     * it.
     */
    EQUAL_WIDTH,

    /** Bins of equal width, [low, high), 1 in the last: what a histogram function makes of them. */
    EQUAL_WIDTH_LEFT_CLOSED,

    /**
     * Bins of equal count after sorting by confidence, the first {@code n mod bins} one longer ("adaptive"; Nguyen and
     * O'Connor, EMNLP 2015). Where a cut falls inside a run of equal confidences, every case of the run counts with the
     * run's mean accuracy, so that the order of the input does not matter.
     */
    EQUAL_MASS,

    /**
     * As {@link #EQUAL_MASS}, but runs of equal confidence are cut in input order, as the reference implementations do.
     * Only for comparison with them: shuffling the cases changes the result.
     */
    EQUAL_MASS_INPUT_ORDER
}

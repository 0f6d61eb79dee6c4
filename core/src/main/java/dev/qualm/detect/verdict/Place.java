package dev.qualm.detect.verdict;

/**
 * Where a score lies among the scores of a calibration set.
 *
 * @param n scores in the calibration set
 * @param above calibration scores larger than this one
 * @param ties calibration scores equal to this one
 */
record Place(int n, int above, int ties) {
    /** 1 + #{calibration >= score}: 1 for the most doubtful. */
    int rank() {
        return 1 + above + ties;
    }

    double pValue() {
        return rank() / (n + 1.0);
    }

    double smoothed(double u) {
        return (above + u * (ties + 1)) / (n + 1.0);
    }
}

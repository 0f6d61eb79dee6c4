package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.mutation.ItemSet;
import java.util.Arrays;

/** Counts items that detectors were fitted or calibrated on. Belongs to one thread. */
final class SeenItems {
    private final long[] fitted;
    private final long[] calibrated;
    private int items;
    private int inFit;
    private int inCalibration;

    SeenItems(FittedDetectors detectors) {
        fitted = detectors.items().items();
        CalibrationItems calibration = detectors.calibration();
        calibrated = calibration == null ? new long[0] : calibration.items().items();
    }

    /** @param inputs {@code [n, ...]} */
    void add(Array inputs) {
        for (long content : ItemSet.each(inputs)) {
            items++;
            inFit += Arrays.binarySearch(fitted, content) >= 0 ? 1 : 0;
            inCalibration += Arrays.binarySearch(calibrated, content) >= 0 ? 1 : 0;
        }
    }

    void requireNone() {
        if (inFit + inCalibration > 0) {
            String calibration = inCalibration == 0
                    ? ""
                    : (inFit == 0 ? "" : " and ") + inCalibration + " among those calibrated on";
            throw new DetectorException("Expected items that the detectors were not fitted or calibrated on, but of "
                    + items + " found " + (inFit == 0 ? "" : inFit + " among those fitted on") + calibration
                    + ": such scores and verdicts say nothing. Score other items, or fit again without these");
        }
    }
}

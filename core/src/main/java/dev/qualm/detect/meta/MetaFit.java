package dev.qualm.detect.meta;

/**
 * A learnt combination and what it says of the items it was learnt from, each judged by a fit that has not seen it.
 *
 * @param detector fitted on all items
 * @param outOfFold log odds of each item given; NaN where a score of it was not defined
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record MetaFit(MetaDetector detector, double[] outOfFold) {
    @Override
    public String toString() {
        return detector + "; " + detector.auroc() + " across folds";
    }
}

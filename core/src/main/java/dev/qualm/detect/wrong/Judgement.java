package dev.qualm.detect.wrong;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.metric.Threshold;
import java.util.List;

/**
 * What the detector says of some predictions.
 *
 * @param values distrust per item: larger = less trustworthy; NaN where the status says why
 * @param flagged whether each prediction is to be doubted: from the threshold on, and where there is no value
 * @param threshold where doubt begins
 * @param status per item; a score stands beside a conductance of zero too
 * @param passes cost per item in forward passes, label change rate included
 * @param discipline what the detector was fitted on, to be shown beside the values
 */
public record Judgement(
        double[] values,
        boolean[] flagged,
        Threshold threshold,
        List<Status> status,
        double passes,
        String discipline,
        Provenance provenance) {
    public Judgement {
        status = List.copyOf(status);
    }

    @Override
    public String toString() {
        return Rows.count(flagged) + " of " + values.length + " predictions flagged (" + threshold + "); detector "
                + discipline;
    }
}

package dev.qualm.cli;

import dev.qualm.Status;
import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The map of one item in one column.
 *
 * @param status whether it is as defined
 * @param map signed, {@code [1, ...]} as the differentiable input, or null if there is none
 * @param logits of the network that was explained, which is a smoothed one in some columns; empty without a map
 * @param residual the map's sum minus what the method promises it to be, NaN if it promises nothing
 * @param passes cost in forward passes of the network
 * @param refused whether the method cannot speak about the network, so that the status says why
 */
@SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
record ExplainCell(
        Status status,
        @Nullable Array map,
        double[] logits,
        double residual,
        double passes,
        List<String> warnings,
        boolean refused) {
    static ExplainCell missing(Status status) {
        return new ExplainCell(status, null, new double[0], Double.NaN, Double.NaN, List.of(), false);
    }

    static ExplainCell refused(String reason) {
        return new ExplainCell(Status.undefined(reason), null, new double[0], Double.NaN, Double.NaN, List.of(), true);
    }

    double sum() {
        return map == null ? Double.NaN : Arrays.stream(map.toDoubles()).sum();
    }

    /** The residual as a share of what was promised; NaN if that is nothing. */
    double share() {
        double promised = sum() - residual;
        return promised == 0 ? residual == 0 ? 0 : Double.NaN : residual / Math.abs(promised);
    }
}

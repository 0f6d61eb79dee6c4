package dev.qualm.attribution.evaluation;

import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.Arrays;
import java.util.List;

/**
 * Maps that are judged without a network.
 *
 * @param units of each map
 * @param relevance of each unit, {@code [n][units]}
 * @param status {@code [n]}; not ok for maps that are not finite
 */
record GivenMaps(Units units, double[][] relevance, Status[] status) {
    /** Reads maps {@code [n, c, h, w]} (summed over channels), {@code [n, h, w]} or {@code [n, d]}. */
    static GivenMaps of(Array maps, Reading reading) {
        if (maps.rank() < 2 || !maps.dtype().isFloating() || maps.dim(0) == 0 || maps.size() == 0) {
            throw new ShapeException("Expected at least one map, [n, c, h, w], [n, h, w] or [n, d], but found " + maps);
        }
        Units units = maps.rank() == 3 ? new Units(true, 1, maps.dim(1), maps.dim(2)) : Units.of(maps);
        double[] values = maps.toDoubles();
        double[][] relevance = new double[maps.dim(0)][];
        Status[] status = new Status[relevance.length];
        for (int i = 0; i < relevance.length; i++) {
            double[] map = Arrays.copyOfRange(values, i * units.size(), (i + 1) * units.size());
            relevance[i] = units.relevance(map, reading);
            boolean finite = Arrays.stream(relevance[i]).allMatch(Double::isFinite);
            status[i] = finite ? Status.OK : Status.undefined("the map of this input is not finite");
        }
        return new GivenMaps(units, relevance, status);
    }

    /** Masks of these maps, {@code [n, h, w]} or {@code [n, 1, h, w]}, true where not 0; empty masks mark their map. */
    boolean[][] masks(Array masks, String method) {
        units.requireImage(method);
        int n = relevance.length;
        boolean fits = Arrays.equals(masks.shape(), new int[] {n, units.height(), units.width()})
                || Arrays.equals(masks.shape(), new int[] {n, 1, units.height(), units.width()});
        if (!fits) {
            throw new ShapeException("Expected one mask per map, "
                    + Arrays.toString(new int[] {n, units.height(), units.width()}) + ", but found " + masks);
        }
        boolean[] flat = masks.dtype() == DType.BOOL ? (boolean[]) masks.data() : new boolean[masks.size()];
        if (masks.dtype() != DType.BOOL) {
            for (int i = 0; i < flat.length; i++) {
                flat[i] = masks.get(i) != 0;
            }
        }
        boolean[][] out = new boolean[n][];
        for (int i = 0; i < n; i++) {
            out[i] = Arrays.copyOfRange(flat, i * units.count(), (i + 1) * units.count());
            boolean empty = true;
            for (boolean inside : out[i]) {
                empty &= !inside;
            }
            if (empty) {
                fail(i, "the mask is empty");
            }
        }
        return out;
    }

    void fail(int i, String reason) {
        status[i] = status[i].isOk() ? Status.undefined(reason) : status[i];
    }

    List<Status> statuses() {
        return List.of(status);
    }

    int n() {
        return relevance.length;
    }
}

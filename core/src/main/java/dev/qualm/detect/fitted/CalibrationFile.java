package dev.qualm.detect.fitted;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.artifact.Artifact;
import dev.qualm.artifact.Fields;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calibration in the file of fitted detectors. Files from before there was one are read as not calibrated. */
final class CalibrationFile {
    private static final String FIELD = "calibration";
    private static final String SCORES = "calibration/scores";
    private static final String PREDICTED = "calibration/predicted";
    private static final String CONTENTS = "calibration/contents";

    private CalibrationFile() {}

    static void put(CalibrationItems items, ObjectNode content, Map<String, Array> arrays) {
        ObjectNode node = content.putObject(FIELD).put("contents", items.items().hash());
        node.put("output", items.output());
        ObjectNode made = node.putObject("provenance");
        items.provenance().entries().forEach(made::put);
        double[] flat =
                Arrays.stream(items.scores()).flatMapToDouble(Arrays::stream).toArray();
        long[] classes = Arrays.stream(items.predicted()).asLongStream().toArray();
        arrays.put(SCORES, Array.of(flat, items.scores().length, items.size()));
        arrays.put(PREDICTED, Array.of(classes, items.size()));
        arrays.put(CONTENTS, Array.of(items.contents().clone(), items.size()));
    }

    /** @param detectors how many the file holds */
    static @Nullable CalibrationItems read(Artifact artifact, int detectors, int classes) {
        Fields fields = artifact.fields();
        if (!fields.has(FIELD)) {
            return null;
        }
        Fields node = fields.object(FIELD);
        long[] contents = longs(artifact, CONTENTS);
        long[] predicted = longs(artifact, PREDICTED);
        Array scores = artifact.array(SCORES);
        int n = contents.length;
        boolean even = n > 0
                && predicted.length == n
                && scores.rank() == 2
                && scores.dtype() == DType.FLOAT64
                && scores.dim(0) == detectors
                && scores.dim(1) == n;
        if (!even) {
            throw Learnt.failure(SCORES, "scores of " + detectors + " detectors for " + n + " items", scores);
        }
        for (long p : predicted) {
            if (p < -1 || p >= classes) {
                throw Learnt.failure(PREDICTED, "classes from -1 to " + (classes - 1), p);
            }
        }
        double[][] rows = new double[detectors][n];
        for (int d = 0; d < detectors; d++) {
            for (int i = 0; i < n; i++) {
                rows[d][i] = scores.get(d * n + i);
                if (Double.isInfinite(rows[d][i])) {
                    throw Learnt.failure(SCORES, "finite numbers, or NaN where there is none", rows[d][i]);
                }
            }
        }
        Provenance provenance = new Provenance(Map.of());
        Fields made = node.object("provenance");
        for (String name : made.names()) {
            provenance = provenance.with(name, made.text(name));
        }
        CalibrationItems items = new CalibrationItems(
                rows,
                Arrays.stream(predicted).mapToInt(p -> (int) p).toArray(),
                contents,
                node.text("output"),
                provenance);
        if (!items.items().hash().equals(node.text("contents"))) {
            throw node.failure("contents", "the name of the items it was calibrated on");
        }
        return items;
    }

    private static long[] longs(Artifact artifact, String name) {
        Array a = artifact.array(name);
        if (a.rank() != 1 || a.dtype() != DType.INT64) {
            throw Learnt.failure(name, "integers of 64 bits", a);
        }
        return a.longs().clone();
    }
}

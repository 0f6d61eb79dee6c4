package dev.qualm.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.AtomicFile;
import dev.qualm.array.Npy;
import dev.qualm.array.Npz;
import dev.qualm.gradient.MapFeatures;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Maps as numbers. Items that have none keep their place, with NaN (null in JSON) for everything unknown.
 *
 * @param method how the maps were made, by parameter
 */
record MapNumbers(ModelClasses classes, Map<String, String> method, List<MapRow> rows, List<List<MapResult>> results) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Fails before the work if the maps of so many items cannot be held. */
    static void requireMemory(int items, int k) {
        long bytes = 8L * items * k * k;
        long most = Math.min(Runtime.getRuntime().maxMemory() / 4, 8L * (Integer.MAX_VALUE - 16));
        if (bytes > most) {
            throw new QualmException(String.format(
                    Locale.ROOT,
                    "%,d maps of %,d classes take %,d MiB, more than can be held (%,d MiB); take fewer items with --limit"
                            + " or fewer classes with --top-k",
                    items,
                    k,
                    bytes >> 20,
                    most >> 20));
        }
    }

    /**
     * {@code {"method": {...}, "classes": [names] or null, "items": [{"id", "row", "label", "prediction", "class", "confidence",
     * "status", "classes", "logits", "features", "map"}]}}, where {@code classes} of an item are those of the map's rows.
     */
    void json(Path file) {
        AtomicFile.write(file, this::json);
    }

    private void json(OutputStream out) throws IOException {
        JsonGenerator json = JSON.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.writeStartObject();
        json.writeObjectFieldStart("method");
        for (Map.Entry<String, String> entry : method.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        if (classes.names().isEmpty()) {
            json.writeNullField("classes");
        } else {
            json.writeArrayFieldStart("classes");
            for (String name : classes.names()) {
                json.writeString(name);
            }
            json.writeEndArray();
        }
        json.writeArrayFieldStart("items");
        for (int r = 0; r < rows.size(); r++) {
            for (MapResult result : results.get(r)) {
                json.writeRaw("\n");
                item(json, rows.get(r).title(), result);
            }
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw("\n");
        json.flush();
    }

    private void item(JsonGenerator json, String row, MapResult r) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", r.item().id());
        json.writeStringField("row", row);
        String label = r.item().label();
        if (label != null) {
            json.writeStringField("label", label);
        }
        if (r.prediction() < 0) {
            json.writeNullField("prediction");
        } else {
            json.writeNumberField("prediction", r.prediction());
        }
        json.writeStringField(
                "class", r.prediction() < 0 || classes.names().isEmpty() ? null : classes.name(r.prediction()));
        json.writeFieldName("confidence");
        number(json, r.confidence());
        json.writeStringField("status", r.status().toString());
        json.writeFieldName("classes");
        json.writeArray(r.classes(), 0, r.classes().length);
        json.writeFieldName("logits");
        numbers(json, r.logits());
        json.writeObjectFieldStart("features");
        double[] features = r.predictedRow() < 0 ? new double[0] : MapFeatures.summary(r.map(), r.predictedRow());
        for (int i = 0; i < features.length; i++) {
            json.writeFieldName(MapFeatures.names().get(i));
            number(json, features[i]);
        }
        json.writeEndObject();
        square(json, "map", r.map());
        if (r.errors().length > 0) {
            square(json, "standard_errors", r.errors());
        }
        json.writeEndObject();
    }

    private static void square(JsonGenerator json, String name, double[][] values) throws IOException {
        json.writeArrayFieldStart(name);
        for (double[] line : values) {
            numbers(json, line);
        }
        json.writeEndArray();
    }

    private static void numbers(JsonGenerator json, double[] values) throws IOException {
        json.writeStartArray();
        for (double v : values) {
            number(json, v);
        }
        json.writeEndArray();
    }

    private static void number(JsonGenerator json, double v) throws IOException {
        if (Double.isFinite(v)) {
            json.writeNumber(v + 0.0); // never -0.0
        } else {
            json.writeNull();
        }
    }

    /** The maps alone, float64 {@code [n, k, k]}. */
    void npy(Path file) {
        List<MapResult> all = all();
        Array maps = squares(all, false);
        AtomicFile.write(file, out -> Npy.write(out, maps));
    }

    /**
     * {@code maps [n, k, k]}, {@code classes [n, k]} (-1 where unknown), {@code logits [n, total]}, {@code predictions [n]} (-1),
     * {@code status [n]} (0 is ok, else the place of the kind: 1 zero gradient, 2 undefined, 3 not finite, 4 unreadable),
     * {@code features [n, 7]}; {@code standard_errors [n, k, k]} of estimates.
     */
    void npz(Path file) {
        List<MapResult> all = all();
        int n = all.size();
        int k = size(all);
        long[] rowClasses = new long[n * k];
        long[] predictions = new long[n];
        long[] status = new long[n];
        double[] logits = new double[n * classes.count()];
        double[] features = new double[n * MapFeatures.names().size()];
        Arrays.fill(rowClasses, -1);
        Arrays.fill(logits, Double.NaN);
        Arrays.fill(features, Double.NaN);
        for (int i = 0; i < n; i++) {
            MapResult r = all.get(i);
            predictions[i] = r.prediction();
            status[i] = r.status().kind().ordinal();
            for (int a = 0; a < r.classes().length; a++) {
                rowClasses[i * k + a] = r.classes()[a];
            }
            System.arraycopy(r.logits(), 0, logits, i * classes.count(), r.logits().length);
            if (r.predictedRow() >= 0) {
                double[] summary = MapFeatures.summary(r.map(), r.predictedRow());
                System.arraycopy(summary, 0, features, i * summary.length, summary.length);
            }
        }
        Map<String, Array> arrays = new LinkedHashMap<>();
        arrays.put("maps", squares(all, false));
        arrays.put("classes", Array.of(rowClasses, n, k));
        arrays.put("logits", Array.of(logits, n, classes.count()));
        arrays.put("predictions", Array.of(predictions, n));
        arrays.put("status", Array.of(status, n));
        arrays.put("features", Array.of(features, n, MapFeatures.names().size()));
        if (all.stream().anyMatch(r -> r.errors().length > 0)) {
            arrays.put("standard_errors", squares(all, true));
        }
        Npz.write(file, arrays);
    }

    private List<MapResult> all() {
        return results.stream().flatMap(List::stream).toList();
    }

    private static int size(List<MapResult> all) {
        return all.stream().mapToInt(r -> r.map().length).max().orElse(0);
    }

    private static Array squares(List<MapResult> all, boolean errors) {
        int k = size(all);
        double[] flat = new double[all.size() * k * k];
        Arrays.fill(flat, Double.NaN);
        for (int i = 0; i < all.size(); i++) {
            double[][] square = errors ? all.get(i).errors() : all.get(i).map();
            for (int a = 0; a < square.length; a++) {
                System.arraycopy(square[a], 0, flat, (i * k + a) * k, k);
            }
        }
        return Array.of(flat, all.size(), k, k);
    }
}

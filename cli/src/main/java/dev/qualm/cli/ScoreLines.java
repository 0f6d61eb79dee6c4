package dev.qualm.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.decision.ItemVerdict;
import dev.qualm.detect.verdict.Verdict;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Scores as JSON, one object a line:
 *
 * <pre>{@code
 * {"id":"7","prediction":3,"class":"dress","confidence":0.98,"scores":{"msp":0.02},"status":"ok"}
 * }</pre>
 *
 * With calibrated detectors also {@code "verdicts":{"gen":{"verdict":"pass","p":0.41}}}, one of each detector, {@code
 * "verdict":{"verdict":"pass","p":0.41,"by":"gen"}}, the one that counts, and {@code "stale":true} once the
 * calibration was found stale. Of tiers, scores that were not asked for are missing.
 *
 * <p>Numbers that do not exist are null; {@code class} is null where the model's classes have no names; {@code label}
 * is there where the data have labels.
 *
 * @param modelClasses names by number, or empty
 * @param dataClasses names of the labels, or empty
 */
record ScoreLines(List<String> modelClasses, List<String> dataClasses) {
    private static final JsonFactory JSON = new JsonFactory();

    ScoreLines {
        modelClasses = List.copyOf(modelClasses);
        dataClasses = List.copyOf(dataClasses);
    }

    /**
     * @param labels class number in the data by item, or null if unknown
     * @param verdict of the item, or null if there are no verdicts
     */
    String line(ScoreTable table, int item, int @Nullable [] labels, @Nullable ItemVerdict verdict) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("id", table.ids().get(item));
            int prediction = table.predictions()[item];
            if (prediction < 0) {
                json.writeNullField("prediction");
            } else {
                json.writeNumberField("prediction", prediction);
            }
            json.writeStringField(
                    "class", prediction >= 0 && prediction < modelClasses.size() ? modelClasses.get(prediction) : null);
            number(json, "confidence", table.confidence()[item]);
            if (labels != null) {
                label(json, labels[item]);
            }
            json.writeObjectFieldStart("scores");
            for (int s = 0; s < table.scores().size(); s++) {
                double value = table.values()[s][item];
                if (!notAsked(value, verdict)) {
                    number(json, table.scores().get(s).name(), value);
                }
            }
            json.writeEndObject();
            if (verdict != null) {
                verdicts(json, verdict);
            }
            json.writeStringField("status", table.status().get(item).toString());
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("Text in memory cannot fail", e);
        }
        return text.toString();
    }

    /** Only tiers have no verdicts of their own. */
    private static boolean notAsked(double value, @Nullable ItemVerdict verdict) {
        return Double.isNaN(value) && verdict != null && verdict.detectors().isEmpty();
    }

    private static void verdicts(JsonGenerator json, ItemVerdict item) throws IOException {
        if (!item.detectors().isEmpty()) {
            json.writeObjectFieldStart("verdicts");
            for (Map.Entry<String, Verdict> own : item.detectors().entrySet()) {
                json.writeObjectFieldStart(own.getKey());
                verdict(json, own.getValue());
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        json.writeObjectFieldStart("verdict");
        verdict(json, item.overall());
        json.writeStringField("by", item.by());
        if (item.detectors().isEmpty()) {
            json.writeStringField("promise", item.overall().detail());
        }
        json.writeEndObject();
        if (item.overall().stale()) {
            json.writeBooleanField("stale", true);
        }
    }

    private static void verdict(JsonGenerator json, Verdict verdict) throws IOException {
        json.writeStringField("verdict", Choice.written(verdict.kind()));
        number(json, "p", verdict.pValue());
        if (verdict.kind() == Verdict.Kind.UNDEFINED) {
            json.writeStringField("reason", verdict.detail());
        }
    }

    private void label(JsonGenerator json, int label) throws IOException {
        if (label < dataClasses.size()) {
            json.writeStringField("label", dataClasses.get(label));
        } else {
            json.writeNumberField("label", label);
        }
    }

    private static void number(JsonGenerator json, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, value + 0.0); // never -0.0
        } else {
            json.writeNullField(name);
        }
    }
}

package dev.qualm.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.qualm.detect.ScoreTable;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Scores as JSON, one object a line:
 *
 * <pre>{@code
 * {"id":"7","prediction":3,"class":"dress","confidence":0.98,"scores":{"msp":0.02},"status":"ok"}
 * }</pre>
 *
 * Numbers that do not exist are null; {@code class} is null where the model's classes have no names; {@code label} is
 * there where the data have labels.
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

    /** @param labels class number in the data by item, or null if unknown */
    String line(ScoreTable table, int item, int @Nullable [] labels) {
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
                number(json, table.scores().get(s).name(), table.values()[s][item]);
            }
            json.writeEndObject();
            json.writeStringField("status", table.status().get(item).toString());
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("Text in memory cannot fail", e);
        }
        return text.toString();
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

package dev.qualm.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.QualmException;
import java.io.IOException;
import java.util.Map;

/**
 * Reports as JSON: the record's fields by their names, in their order, after a field {@code format}. NaN is {@code null},
 * infinities are the strings {@code "Infinity"} and {@code "-Infinity"}, pictures are PNG files in Base64.
 */
public final class ReportJson {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new SimpleModule()
                    .addSerializer(Double.class, new NumberSerializer())
                    .addSerializer(Double.TYPE, new NumberSerializer())
                    .addSerializer(double[].class, new NumbersSerializer()))
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private ReportJson() {}

    /** The JSON text of a record, with a line end. */
    public static String render(String format, Record report) {
        return render(format, report, Map.of());
    }

    /** The same with further fields at the end: what was found from the record. */
    public static String render(String format, Record report, Map<String, ?> found) {
        ObjectNode root = MAPPER.createObjectNode().put("format", format);
        root.setAll((ObjectNode) MAPPER.valueToTree(report));
        found.forEach((name, value) -> root.set(name, MAPPER.valueToTree(value)));
        try {
            return MAPPER.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new QualmException("Could not write a report of format " + format + " as JSON", e);
        }
    }

    private static void number(double v, JsonGenerator out) throws IOException {
        if (Double.isNaN(v)) {
            out.writeNull();
        } else if (Double.isInfinite(v)) {
            out.writeString(Double.toString(v));
        } else {
            out.writeNumber(v);
        }
    }

    private static final class NumberSerializer extends JsonSerializer<Double> {
        @Override
        public void serialize(Double v, JsonGenerator out, SerializerProvider provider) throws IOException {
            number(v, out);
        }
    }

    private static final class NumbersSerializer extends JsonSerializer<double[]> {
        @Override
        public void serialize(double[] values, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeStartArray(values, values.length);
            for (double v : values) {
                number(v, out);
            }
            out.writeEndArray();
        }
    }
}

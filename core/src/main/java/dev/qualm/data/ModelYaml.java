package dev.qualm.data;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link ModelDescription} from and to YAML. */
final class ModelYaml {
    private static final List<String> KEYS = List.of("input", "output", "output-kind", "classes", "preprocessing");

    private final String file;

    private ModelYaml(String file) {
        this.file = file;
    }

    static ModelDescription read(byte[] yaml, String name) {
        return new ModelYaml(name).description(YamlNode.parse(yaml, name));
    }

    private ModelDescription description(YamlNode root) {
        if (root instanceof YamlNode.Empty) {
            return ModelDescription.EMPTY;
        }
        if (!(root instanceof YamlNode.Entries entries)) {
            throw at(root, "expected keys and values, but found " + kind(root));
        }
        ModelDescription d = ModelDescription.EMPTY;
        for (Map.Entry<String, YamlNode> e : entries.values().entrySet()) {
            YamlNode value = e.getValue();
            String key = e.getKey();
            d = switch (key) {
                case "input" -> d.withInput(text(key, value));
                case "output" -> d.withOutput(text(key, value));
                case "output-kind" -> d.withOutputKind(outputKind(value));
                case "classes" -> d.withClasses(classes(value));
                case "preprocessing" -> d.withPreprocessing(preprocessing(value));
                default -> throw at(value, "unknown key '" + key + "'; expected one of " + String.join(", ", KEYS));
            };
        }
        return d;
    }

    private OutputKind outputKind(YamlNode value) {
        try {
            return PreprocessingText.one(OutputKind.class, "output-kind", text("output-kind", value));
        } catch (UnreadableFileException e) {
            throw e;
        } catch (QualmException e) {
            throw at(value, e);
        }
    }

    private List<String> classes(YamlNode value) {
        if (!(value instanceof YamlNode.Items items)) {
            throw at(value, "expected a list of names as classes, but found " + kind(value));
        }
        List<String> names = new ArrayList<>();
        for (YamlNode item : items.values()) {
            names.add(text("classes", item));
        }
        return names;
    }

    private @Nullable Preprocessing preprocessing(YamlNode value) {
        if (value instanceof YamlNode.Empty) {
            return Preprocessing.NONE;
        }
        if (!(value instanceof YamlNode.Entries entries)) {
            throw at(value, "expected keys and values under preprocessing, but found " + kind(value));
        }
        Preprocessing p = Preprocessing.NONE;
        for (Map.Entry<String, YamlNode> e : entries.values().entrySet()) {
            YamlNode node = e.getValue();
            List<String> parts = new ArrayList<>();
            if (node instanceof YamlNode.Items items) {
                for (YamlNode item : items.values()) {
                    parts.add(text("preprocessing." + e.getKey(), item));
                }
            } else {
                parts.add(text("preprocessing." + e.getKey(), node));
            }
            try {
                p = p.with(e.getKey(), String.join(",", parts));
            } catch (QualmException error) {
                throw at(node, error);
            }
        }
        return p;
    }

    private String text(String key, YamlNode value) {
        if (!(value instanceof YamlNode.Text t) || t.value().isBlank()) {
            throw at(value, "expected a text as " + key + ", but found " + kind(value));
        }
        return t.value();
    }

    private static String kind(YamlNode node) {
        if (node instanceof YamlNode.Text text) {
            return text.value().isBlank() ? "an empty text" : "a text";
        } else if (node instanceof YamlNode.Items) {
            return "a list";
        }
        return node instanceof YamlNode.Empty ? "nothing" : "keys and values";
    }

    private UnreadableFileException at(YamlNode node, String problem) {
        return new UnreadableFileException(file + " line " + node.line() + ": " + problem);
    }

    private UnreadableFileException at(YamlNode node, QualmException problem) {
        return new UnreadableFileException(file + " line " + node.line() + ": " + problem.getMessage(), problem);
    }

    static String write(ModelDescription d) {
        YAMLFactory factory = YAMLFactory.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                .build();
        StringWriter out = new StringWriter();
        try (JsonGenerator g = factory.createGenerator(out)) {
            g.writeStartObject();
            text(g, "input", d.input());
            text(g, "output", d.output());
            OutputKind kind = d.outputKind();
            text(g, "output-kind", kind == null ? null : PreprocessingText.text(kind));
            if (!d.classes().isEmpty()) {
                g.writeArrayFieldStart("classes");
                for (String name : d.classes()) {
                    g.writeString(name);
                }
                g.writeEndArray();
            }
            Preprocessing p = d.preprocessing();
            if (p != null) {
                g.writeObjectFieldStart("preprocessing");
                for (Map.Entry<String, String> e : PreprocessingText.toMap(p).entrySet()) {
                    text(g, e.getKey(), e.getValue());
                }
                g.writeEndObject();
            }
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void text(JsonGenerator g, String key, @Nullable String value) throws IOException {
        if (value != null) {
            g.writeStringField(key, value);
        }
    }
}

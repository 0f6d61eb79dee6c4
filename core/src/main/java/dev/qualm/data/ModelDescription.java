package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model file does not say about itself, kept in a small YAML beside it ({@code model.onnx}, {@code model.yaml}):
 *
 * <pre>
 * input: x                      # tensor names, where the graph has several
 * output: logits
 * output-kind: logits           # logits, probabilities or log-probabilities
 * classes: [cat, dog]           # in the order of the outputs
 * preprocessing:                # see {@link PreprocessingText}
 *   resize: 256
 *   crop: 224x224
 *   colour: rgb
 *   scale: 1/255
 *   mean: [0.485, 0.456, 0.406]
 *   std: [0.229, 0.224, 0.225]
 * </pre>
 *
 * Every key is optional; unknown keys are refused.
 *
 * @param input name of the input tensor, or null to find it from the graph
 * @param output name of the output tensor, or null to find it from the graph
 * @param outputKind what the output holds, or null to find it from the graph
 * @param classes class names in the order of the outputs, or empty
 * @param preprocessing how stored items become inputs, or null if nothing is said
 */
public record ModelDescription(
        @Nullable String input,
        @Nullable String output,
        @Nullable OutputKind outputKind,
        List<String> classes,
        @Nullable Preprocessing preprocessing) {
    /** Nothing is said. */
    public static final ModelDescription EMPTY = new ModelDescription(null, null, null, List.of(), null);

    private static final int MAX_BYTES = 8 << 20;

    public ModelDescription {
        classes = List.copyOf(classes);
    }

    public ModelDescription withInput(@Nullable String name) {
        return new ModelDescription(name, output, outputKind, classes, preprocessing);
    }

    public ModelDescription withOutput(@Nullable String name) {
        return new ModelDescription(input, name, outputKind, classes, preprocessing);
    }

    public ModelDescription withOutputKind(@Nullable OutputKind kind) {
        return new ModelDescription(input, output, kind, classes, preprocessing);
    }

    public ModelDescription withClasses(List<String> names) {
        return new ModelDescription(input, output, outputKind, names, preprocessing);
    }

    public ModelDescription withPreprocessing(@Nullable Preprocessing steps) {
        return new ModelDescription(input, output, outputKind, classes, steps);
    }

    /** Where the description of a model is looked for: its name with the ending replaced by {@code .yaml}. */
    public static Path fileBeside(Path model) {
        Path fileName = model.getFileName();
        String name = fileName == null ? "model" : fileName.toString();
        int dot = name.lastIndexOf('.');
        return model.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ".yaml");
    }

    /** The description beside a model, or {@link #EMPTY} if there is no such file. */
    public static ModelDescription beside(Path model) {
        Path file = fileBeside(model);
        return Files.exists(file) ? read(file) : EMPTY;
    }

    /**
     * Reads a description.
     *
     * @throws UnreadableFileException if the file cannot be read, is malformed, has an unknown key or a value that is
     *     not legal; the message names the line
     */
    public static ModelDescription read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] document = in.readNBytes(MAX_BYTES + 1);
            if (document.length > MAX_BYTES) {
                throw new UnreadableFileException(
                        file + ": expected a description of at most " + MAX_BYTES + " bytes, but found a larger file");
            }
            return parse(document, file.toString());
        } catch (IOException e) {
            throw new UnreadableFileException(file + ": cannot be read (" + e + ")", e);
        }
    }

    /**
     * As {@link #read} for YAML in memory.
     *
     * @param name what error messages call it
     */
    public static ModelDescription parse(byte[] yaml, String name) {
        return ModelYaml.read(yaml, name);
    }

    /** This description as YAML; reading it back gives an equal one. */
    public String toYaml() {
        return ModelYaml.write(this);
    }

    /**
     * Writes {@link #toYaml}, by way of a temporary file beside it.
     *
     * @throws QualmException if it cannot be written
     */
    public void write(Path file) {
        byte[] yaml = toYaml().getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, out -> out.write(yaml));
    }
}

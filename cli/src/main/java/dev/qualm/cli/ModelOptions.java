package dev.qualm.cli;

import dev.qualm.UnreadableFileException;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.OutputKind;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The model of a command, and what the command line says about it. */
final class ModelOptions {
    @Parameters(index = "0", paramLabel = "MODEL", description = "The network, an ONNX file.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path file;

    @Option(
            names = "--output",
            paramLabel = "NAME",
            description = "The output (or any tensor) that holds the answer per class. Default: as MODEL's .yaml"
                    + " says, else"
                    + " found from the graph.")
    private @Nullable String output;

    @Option(
            names = "--output-kind",
            paramLabel = "KIND",
            converter = KindConverter.class,
            description = "What it holds: logits, probabilities or log-probabilities. Default: likewise.")
    private @Nullable OutputKind kind;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            converter = PrecisionConverter.class,
            defaultValue = "float32",
            description = "Floating type to compute in: float32 or float64. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Precision precision;

    /** What the command line names, which may be a file that says where the model is. */
    Path given() {
        return file;
    }

    /** Whether it is a file that Qualm wrote, to go by its name. */
    boolean isArtifact() {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".qualm");
    }

    /** Goes on with another file. */
    void use(Path model) {
        file = model;
    }

    /** The model file, which exists. */
    Path file() {
        if (Files.isDirectory(file)) {
            throw new UnreadableFileException(file + " is a folder; expected an ONNX file");
        }
        if (!Files.exists(file)) {
            throw new UnreadableFileException(file + ": there is no such file; expected an ONNX file");
        }
        return file;
    }

    /** The floating type to compute in, as it is written. */
    String precision() {
        return Choice.written(precision);
    }

    /** What the YAML beside the model says. */
    ModelDescription description() {
        return ModelDescription.beside(file());
    }

    /** The network as it is to be read; close it. */
    Network network() {
        return network(Network.read(file()));
    }

    /** The same over a graph already read. */
    Network network(Graph graph) {
        ModelDescription said = description();
        return Network.of(
                graph, precision, output != null ? output : said.output(), kind != null ? kind : said.outputKind());
    }

    /** Another model, in the same precision, read as its own description says. */
    Network other(Path other) {
        ModelDescription said = ModelDescription.beside(other);
        return Network.of(Network.read(other), precision, said.output(), said.outputKind());
    }

    static final class KindConverter extends Choice<OutputKind> {
        KindConverter() {
            super(EnumSet.complementOf(EnumSet.of(OutputKind.OTHER)));
        }
    }

    static final class PrecisionConverter extends Choice<Precision> {
        PrecisionConverter() {
            super(EnumSet.allOf(Precision.class));
        }
    }
}

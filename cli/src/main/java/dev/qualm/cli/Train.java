package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.Preprocessing;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Proportion;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.onnx.OnnxWriter;
import dev.qualm.training.Architectures;
import dev.qualm.training.Trainer;
import dev.qualm.training.Training;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code qualm train}. */
@Command(
        name = "train",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Trains a small classifier and writes it as ONNX.",
            "",
            "A description of its classes and preprocessing, which the other commands read, goes beside it (FILE"
                    + " with the"
                    + " ending .yaml). The same command on the same machine writes the same bytes."
        })
final class Train implements Runnable {
    /** Networks that can be trained. */
    enum Architecture {
        SMALL_CNN,
        MLP
    }

    private static final int CHUNK = 500;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "PATH",
            description = "Labelled data: " + DataOptions.KINDS + ", or a folder with a pair of idx files.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path dataPath;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The ONNX file to write.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path out;

    @Option(names = "--test", paramLabel = "PATH", description = "Labelled data to measure the accuracy on.")
    private @Nullable Path testPath;

    @Option(
            names = "--architecture",
            paramLabel = "NAME",
            converter = ArchitectureConverter.class,
            description = "small-cnn (three convolutions with BatchNormalization, one linear layer) or mlp (two hidden"
                    + " layers). Default: small-cnn for images, mlp for rows.")
    private @Nullable Architecture architecture;

    @Option(
            names = "--hidden",
            paramLabel = "N",
            defaultValue = "64",
            description = "Units in a layer of mlp." + " Default: 64.")
    private int hidden;

    @Option(
            names = "--classes",
            paramLabel = "CLASS",
            split = ",",
            description = "Classes to learn, by name or number, in this order. Default: all.")
    private List<String> classes = List.of();

    @Option(
            names = "--leave-out",
            paramLabel = "CLASS",
            split = ",",
            description = "Classes not to learn, by name or number.")
    private List<String> leftOut = List.of();

    @Option(names = "--limit", paramLabel = "N", description = "Use the first N items only.")
    private int limit = Integer.MAX_VALUE;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private TrainingOptionsGroup training;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private PreprocessOptions preprocessing;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private DataOptions options;

    @Mixin
    @SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets and reads it
    private HelpOption help;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Override
    public void run() {
        if (!classes.isEmpty() && !leftOut.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Give --classes or --leave-out, not both");
        }
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit is at least 1");
        }
        requireWritable();
        Dataset stored = options.open(dataPath, List.of());
        int[] kept = TrainingData.classes(stored, classes, leftOut);
        Dataset learnt = stored.renumberClasses(kept).take(limit);
        // Opened before the work starts, so that a wrong name is not found at the end of it.
        Dataset test = testPath == null
                ? null
                : options.open(testPath, stored.classes()).renumberClasses(kept);
        Preprocessing steps = TrainingData.preprocessing(learnt, preprocessing);
        TrainingData.Items items = read(learnt.with(steps));
        say("learning " + kept.length + " classes from " + number(items.labels().length) + " items"
                + " " + shape(items.inputs())
                + ", preprocessing " + Columns.shorten(steps.toString(), 120));
        Training result = train(items, kept.length);
        OnnxWriter.write(result.graph(), out);
        Path description = ModelDescription.fileBeside(out);
        ModelDescription.EMPTY
                .withClasses(TrainingData.names(stored, kept))
                .withPreprocessing(steps)
                .write(description);
        print("wrote " + out + " and " + description);
        if (test != null) {
            print("test accuracy " + percent(accuracy(result.graph(), read(test.with(steps)))));
        }
    }

    private void requireWritable() {
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(out)) {
            throw new QualmException("Cannot write " + out + ": expected the name of a file in an existing folder");
        }
        if (ModelDescription.fileBeside(out).equals(out)) {
            throw new QualmException("Cannot write the model to " + out + ": its description goes there; use a name"
                    + " that"
                    + " ends in .onnx");
        }
    }

    private TrainingData.Items read(Dataset data) {
        TrainingData.Items items = TrainingData.read(data);
        if (items.leftOut() > 0) {
            say(number(items.leftOut()) + " of " + number(data.size()) + " items cannot be read and are left out;"
                    + " the first: "
                    + items.reason());
        }
        return items;
    }

    private Training train(TrainingData.Items items, int count) {
        Graph graph = graph(items.inputs(), count);
        try (TrainingProgress progress = new TrainingProgress(spec.commandLine().getErr())) {
            return Trainer.train(graph, items.inputs(), items.labels(), training.toOptions(), progress);
        }
    }

    private Graph graph(Array inputs, int count) {
        boolean images = inputs.rank() == 4;
        Architecture chosen = architecture != null ? architecture : images ? Architecture.SMALL_CNN : Architecture.MLP;
        if (images != (chosen == Architecture.SMALL_CNN)) {
            throw new QualmException(Choice.written(chosen) + " takes " + (images ? "rows" : "images") + ", but the"
                    + " items are "
                    + shape(inputs) + "; "
                    + (images ? "use small-cnn" : "use mlp, or say with --item-shape what images" + " they are"));
        }
        return switch (chosen) {
            case SMALL_CNN ->
                Architectures.smallCnn(inputs.dim(1), inputs.dim(2), inputs.dim(3), count, training.seed());
            case MLP -> Architectures.mlp(inputs.dim(1), hidden, count, training.seed());
        };
    }

    private static Proportion accuracy(Graph graph, TrainingData.Items items) {
        int n = items.labels().length;
        int correct = 0;
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            for (int from = 0; from < n; from += CHUNK) {
                Array logits = network.logits(items.inputs().slice(from, Math.min(n, from + CHUNK)));
                int count = logits.dim(1);
                for (int i = 0; i < logits.dim(0); i++) {
                    int best = 0;
                    for (int k = 1; k < count; k++) {
                        best = logits.get(i * count + k) > logits.get(i * count + best) ? k : best;
                    }
                    correct += best == items.labels()[from + i] ? 1 : 0;
                }
            }
        }
        return new Proportion(correct, n);
    }

    private static String percent(Proportion p) {
        Interval i = p.interval();
        return String.format(
                Locale.ROOT,
                "%.1f %% (%,d of %,d right; 95 %% interval %.1f to %.1f %%)",
                100 * p.value(),
                p.successes(),
                p.n(),
                100 * i.low(),
                100 * i.high());
    }

    private static String shape(Array inputs) {
        StringBuilder text = new StringBuilder("of ");
        for (int axis = 1; axis < inputs.rank(); axis++) {
            text.append(axis > 1 ? " x " : "").append(inputs.dim(axis));
        }
        return text.toString();
    }

    private static String number(int n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    private void print(String text) {
        spec.commandLine().getOut().println(text);
        spec.commandLine().getOut().flush();
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }

    static final class ArchitectureConverter extends Choice<Architecture> {
        ArchitectureConverter() {
            super(EnumSet.allOf(Architecture.class));
        }
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attribution.Patterns;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.network.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm patterns}. */
@Command(
        name = "patterns",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Learns from data what the outputs of each layer respond to, for the methods pattern-net and"
                    + " pattern-attribution of qualm explain.",
            "",
            "Labels are not needed. The more data of the kind the model was made for the better: thousands of images."
        },
        footer = {
            "",
            "Example: qualm patterns model.onnx images/ -o patterns.safetensors",
            "         qualm explain model.onnx image.png -m pattern-attribution --patterns patterns.safetensors"
        })
final class PatternsCommand implements Runnable {
    private static final int BLOCK = 64;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(index = "1", paramLabel = "DATA", description = "What to learn from: " + DataOptions.KINDS + ".")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path path;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "File to write, named .safetensors.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path out;

    @Option(names = "--limit", paramLabel = "N", description = "Learn from the first N items only.")
    private int limit = Integer.MAX_VALUE;

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
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit is at least 1");
        }
        if (!out.toString().endsWith(".safetensors")) {
            throw new ParameterException(spec.commandLine(), "Expected a file named .safetensors, but found " + out);
        }
        try (Network network = model.network()) {
            Dataset stored = options.open(path, List.of()).take(limit);
            InputFit fit = InputFit.of(network, model.description(), preprocessing, stored);
            fit.remarks().forEach(this::say);
            Dataset data = fit.data();
            AtomicInteger learned = new AtomicInteger();
            Patterns patterns;
            try (ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), "Learning", data.size())) {
                // Lazily, so that one block is held at a time.
                patterns = Patterns.learn(
                        network,
                        () -> IntStream.iterate(0, i -> i < data.size(), i -> i + BLOCK)
                                .mapToObj(from -> {
                                    bar.update(from);
                                    return readable(data.read(from, Math.min(data.size(), from + BLOCK)));
                                })
                                .filter(Objects::nonNull)
                                .peek(block -> learned.addAndGet(block.dim(0)))
                                .iterator());
            }
            if (learned.get() == 0) {
                throw new QualmException("Not one item of " + data + " can be read");
            }
            patterns.save(out);
            int bad = data.size() - learned.get();
            say("wrote " + out + ": patterns of " + patterns.byWeight().size() + " layers from " + learned + " items"
                    + (bad == 0 ? "" : "; " + bad + " could not be read"));
        }
    }

    /** The readable items of a block. */
    private static @Nullable Array readable(Batch batch) {
        int[] kept = IntStream.range(0, batch.size())
                .filter(i -> batch.status().get(i).ok())
                .toArray();
        return kept.length == 0
                ? null
                : kept.length == batch.size() ? batch.inputs() : batch.inputs().select(kept);
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.data.Dataset;
import dev.qualm.mutation.MutantPool;
import dev.qualm.mutation.MutantSearch;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm mutants}. */
@Command(
        name = "mutants",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Makes mutants of a model: copies with a few weights changed that are still accurate. How many of them change"
                    + " their mind about an input tells how firmly the model stands by its prediction.",
            "",
            "Mutants are accepted by their accuracy on labelled data. Take a split that nothing is evaluated on: the file"
                    + " remembers its items."
        },
        footer = {
            "",
            "Example: qualm mutants model.onnx validation/ -o pool.qualm --mutation neuron-activation-inverse --rate 0.01"
        })
final class MutantsCommand implements Runnable {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(
            index = "1",
            paramLabel = "DATA",
            description = "Labelled items to accept mutants by: " + DataOptions.KINDS + ".")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path path;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "File to write, named .qualm.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path out;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private MutantOptions mutants;

    @Option(names = "--limit", paramLabel = "N", description = "Use the first N items only.")
    private int limit = Integer.MAX_VALUE;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work on. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "Print the outcome as JSON.")
    private boolean json;

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
        MutantSearch search = search();
        // Found before the work starts, not at the end of it.
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(out)) {
            throw new QualmException("Cannot write " + out + ": expected the name of a file in an existing folder");
        }
        try (Network network = model.network()) {
            LabelledItems items = LabelledItems.open(path, network, model.description(), preprocessing, options, limit);
            items.remarks().forEach(this::say);
            MutantPool pool = search(search, network, items.data());
            pool.save(out);
            MutantText text = new MutantText(out, pool, search.mutations(), network);
            if (json) {
                spec.commandLine().getOut().println(text.json());
            } else {
                text.lines().forEach(spec.commandLine().getOut()::println);
            }
            spec.commandLine().getOut().flush();
        }
    }

    private MutantSearch search() {
        if (limit < 1 || threads < 1) {
            throw new ParameterException(spec.commandLine(), "--limit and --threads are at least 1");
        }
        if (!out.toString().endsWith(".qualm")) {
            throw new ParameterException(spec.commandLine(), "Expected a file named .qualm, but found " + out);
        }
        try {
            return mutants.search();
        } catch (QualmException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private MutantPool search(MutantSearch search, Network network, Dataset data) {
        try (Workers workers = Workers.of(threads);
                ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), "Mutants", search.count())) {
            return search.run(
                    network,
                    data,
                    workers,
                    (accepted, wanted, attempts, cap) -> bar.update(
                            accepted,
                            String.format(
                                    Locale.ROOT,
                                    "%,d of at most %,d candidates, %.0f %% accepted",
                                    attempts,
                                    cap,
                                    100.0 * accepted / attempts)));
        }
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }
}

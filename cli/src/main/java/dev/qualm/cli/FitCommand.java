package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.wrong.Discipline;
import dev.qualm.detect.wrong.Feature;
import dev.qualm.detect.wrong.Labelled;
import dev.qualm.detect.wrong.SampleReader;
import dev.qualm.detect.wrong.Samples;
import dev.qualm.detect.wrong.Splits;
import dev.qualm.detect.wrong.WrongPredictionDetector;
import dev.qualm.mutation.MutantPool;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.training.ItemHash;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm fit}. */
@Command(
        name = "fit",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "With --detector, fits a detector of a model's wrong predictions on labelled data that the model was not"
                    + " trained on, chooses its threshold on a part of them that it was not fitted on, and says whether"
                    + " it is worth its cost. Items that accepted the mutants of --pool are left out.",
            "",
            "With --detectors, fits any number of published detectors of doubtful inputs on data to be trusted, in one"
                    + " pass. A part of the data is kept to calibrate them, so that qualm score can give verdicts; give"
                    + " data that the model was not trained on for that.",
            "",
            "With --meta, fits them and a combination of them that learns which predictions are wrong, and which items are"
                    + " like known unknowns."
        },
        footer = {
            "",
            "Example: qualm mutants model.onnx validation/ -o pool.qualm",
            "         qualm fit model.onnx held-out/ --detector conductance+lcr --pool pool.qualm -o detector.qualm",
            "         qualm fit model.onnx --id trusted/ --detectors gen,fdbd,knn:k=10 -o detectors.qualm",
            "         qualm fit model.onnx --id held-out/ --meta gen,fdbd,knn:k=10 --outliers sandals/ -o meta.qualm"
        })
final class FitCommand implements Runnable {
    private static final int BLOCK = 256;

    /** Kept, since the levels of loggers that nobody holds are forgotten. It logs each tree. */
    private static final Logger TRIBUO = Logger.getLogger("org.tribuo");

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DATA",
            description = "Labelled items that the model was not trained on: " + DataOptions.KINDS + ".")
    private @Nullable Path data;

    @Option(names = "--id", paramLabel = "DATA", description = "The same, or trusted items for --detectors.")
    private @Nullable Path trusted;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private DetectorsFit detectors;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "File to write, named .qualm.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path out;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private DetectorOptions settings;

    @Option(names = "--pool", paramLabel = "FILE", description = "Mutants made by qualm mutants.")
    private @Nullable Path poolPath;

    @Option(
            names = "--threshold-data",
            paramLabel = "PATH",
            description = "Labelled items to choose the threshold on. Default: a part of DATA, drawn by --seed.")
    private @Nullable Path thresholdPath;

    @Option(names = "--threshold-share", paramLabel = "S", description = "That part's share of DATA. Default: 0.4.")
    private @Nullable Double thresholdShare;

    @Option(
            names = "--training-data",
            paramLabel = "PATH",
            description = "What the model was trained on. Refuses to fit if any of it is among the other data.")
    private @Nullable Path trainingPath;

    @Option(
            names = "--on-training-set",
            description = "DATA are what the model was trained on, as in the published experiments. For comparison with"
                    + " them only: such a detector is too sure. Needs --threshold-data.")
    private boolean onTrainingSet;

    @Option(
            names = "--alpha",
            paramLabel = "P",
            description = "Of the sequential test whose cost is printed: chance to doubt a rate of threshold - delta."
                    + " Default: ${DEFAULT-VALUE}.")
    private double alpha = 0.05;

    @Option(
            names = "--beta",
            paramLabel = "P",
            description = "Likewise: chance to pass a rate of threshold + delta. Default: ${DEFAULT-VALUE}.")
    private double beta = 0.05;

    @Option(
            names = "--delta",
            paramLabel = "SHARE",
            description = "Likewise: delta as a share of the threshold. Default: ${DEFAULT-VALUE}.")
    private double delta = 0.5;

    @Option(names = "--limit", paramLabel = "N", description = "Use the first N items of each data set only.")
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

    /** Labelled samples with the data they were read from. */
    private record Part(Labelled items, Dataset data) {
        Part select(int... some) {
            return new Part(items.select(some), data.select(some));
        }
    }

    @Override
    public void run() {
        Path path = data != null ? data : trusted;
        if (path == null || (data != null && trusted != null)) {
            throw new ParameterException(spec.commandLine(), "Give the data once, as DATA or with --id");
        }
        if (!detectors.asked()) {
            detectors.requireNone(spec.commandLine());
        }
        WrongPredictionDetector detector = detectors.asked() ? null : check();
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(out)) {
            throw new QualmException("Cannot write " + out + ": expected the name of a file in an existing folder");
        }
        if (detector == null) {
            fitDetectors(path);
            return;
        }
        TRIBUO.setLevel(Level.WARNING);
        try (Network network = model.network();
                Workers workers = Workers.of(threads)) {
            MutantPool pool = poolPath == null ? null : MutantPool.load(poolPath, network);
            Discipline discipline = discipline(network);
            SampleComputation computation = new SampleComputation(network, workers);
            Part fit;
            Part threshold;
            boolean conductance = detector.features().contains(Feature.CONDUCTANCE);
            try (SampleReader reader =
                    conductance ? SampleReader.of(network) : SampleReader.withoutConductance(network)) {
                Part all = read(path, network, computation, reader, pool);
                if (thresholdPath != null) {
                    fit = all;
                    threshold = read(thresholdPath, network, computation, reader, pool);
                } else {
                    double share = thresholdShare == null ? 0.4 : thresholdShare;
                    Splits splits = Splits.of(all.items.samples().hashes(), 1 - share, share, settings.seed());
                    fit = all.select(splits.fit());
                    threshold = all.select(splits.threshold());
                }
            }
            // Before the mutants run, which may take hours.
            discipline.check(fit.items, threshold.items);
            double readPasses = fit.items.samples().passes();
            if (pool != null) {
                fit = withRates(fit, computation, pool, "Mutants on the fitting part");
                threshold = withRates(threshold, computation, pool, "Mutants on the threshold part");
            }
            double ratePasses = fit.items.samples().passes() - readPasses + 1;
            FitTable table = FitTable.of(detector, fit.items, threshold.items, discipline, readPasses, ratePasses);
            table.detector().save(out);
            StoppingCosts stopping =
                    pool == null ? null : StoppingCosts.of(threshold.items, pool.size(), detector.rule(), errors());
            print(new FitText(out, table, stopping));
        }
    }

    private void fitDetectors(Path path) {
        if (limit < 1 || threads < 1 || !out.toString().endsWith(".qualm")) {
            check();
        }
        detectors.requireAlone(spec.commandLine());
        try (Network network = model.network()) {
            FittedDetectors fitted = detectors.fit(
                    network,
                    new DetectorsFit.From(
                            path, model.description(), preprocessing, options, limit, threads, settings.seed()),
                    spec.commandLine().getErr());
            fitted.save(out, model.file());
            DetectorsText text = new DetectorsText(out, fitted);
            (json ? List.of(text.json()) : text.lines())
                    .forEach(spec.commandLine().getOut()::println);
            spec.commandLine().getOut().flush();
        }
    }

    private WrongPredictionDetector check() {
        String problem = null;
        if (limit < 1 || threads < 1) {
            problem = "--limit and --threads are at least 1";
        } else if (!out.toString().endsWith(".qualm")) {
            problem = "Expected a file named .qualm, but found " + out;
        } else if (thresholdShare != null && !(thresholdShare > 0 && thresholdShare < 1)) {
            problem = "--threshold-share is above 0 and below 1";
        } else if (thresholdShare != null && thresholdPath != null) {
            problem = "Give --threshold-data or --threshold-share, not both";
        } else if (onTrainingSet && thresholdPath == null) {
            problem = "--on-training-set needs --threshold-data: a threshold chosen on the training set says nothing";
        }
        if (problem == null) {
            try {
                errors().check();
                WrongPredictionDetector detector = settings.detector();
                if (!detector.features().contains(Feature.LCR) || poolPath != null) {
                    return detector;
                }
                problem = "lcr needs mutants of the model. Make them on other labelled items with 'qualm mutants "
                        + model.file()
                        + " DATA -o pool.qualm' and give --pool pool.qualm, or leave lcr out of --detector";
            } catch (QualmException e) {
                problem = String.valueOf(e.getMessage());
            }
        }
        throw new ParameterException(spec.commandLine(), problem);
    }

    private StoppingCosts.Errors errors() {
        return new StoppingCosts.Errors(alpha, beta, delta);
    }

    private Discipline discipline(Network network) {
        if (trainingPath == null) {
            return onTrainingSet ? Discipline.fittedOnTrainingSet() : Discipline.unchecked();
        }
        Dataset stored = options.open(trainingPath, List.of());
        Dataset data = InputFit.of(network, model.description(), preprocessing, stored)
                .data()
                .withoutDamaged();
        Set<String> hashes = new HashSet<>();
        try (ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), "Reading the training data", data.size())) {
            for (int from = 0; from < data.size(); from += BLOCK) {
                Array x = data.batch(from, Math.min(data.size(), from + BLOCK));
                hashes.addAll(ItemHash.each(x));
                bar.update(from + x.dim(0));
            }
        }
        return new Discipline(hashes, onTrainingSet);
    }

    private Part read(
            Path from, Network network, SampleComputation computation, SampleReader reader, @Nullable MutantPool pool) {
        LabelledItems items = LabelledItems.open(from, network, model.description(), preprocessing, options, limit);
        items.remarks().forEach(this::say);
        Dataset data = items.data();
        SampleComputation.Read read;
        try (ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), "Reading features", data.size())) {
            read = computation.read(data, reader, pool, bar::update);
        }
        int left = data.size() - read.kept().length;
        if (left > 0) {
            say(left + " of " + data.size() + " items of " + from
                    + " decided which mutants were accepted and are left out");
        }
        Dataset kept = data.select(read.kept());
        return new Part(new Labelled(read.samples(), kept.labels()), kept);
    }

    private Part withRates(Part part, SampleComputation computation, MutantPool pool, String what) {
        Dataset data = part.data;
        try (ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), what, (long) data.size() * pool.size())) {
            Samples samples = computation.withRates(part.items.samples(), data, pool, bar::update);
            return new Part(new Labelled(samples, part.items.labels()), data);
        }
    }

    private void print(FitText text) {
        if (json) {
            spec.commandLine().getOut().println(text.json());
        } else {
            text.lines().forEach(spec.commandLine().getOut()::println);
        }
        spec.commandLine().getOut().flush();
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }
}

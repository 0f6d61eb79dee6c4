package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.attack.Budget;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import dev.qualm.network.Views;
import dev.qualm.network.onnx.OnnxWriter;
import dev.qualm.training.Checkpoints;
import dev.qualm.training.Progress;
import dev.qualm.training.Trainer;
import dev.qualm.training.Training;
import dev.qualm.training.TrainingLog;
import dev.qualm.training.TrainingOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm harden}. */
@Command(
        name = "harden",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Trains a model on against attacks, and writes it as ONNX.",
            "",
            "Its weights are the start, its graph stays as it is. With --test prints accuracy under attack and how far the"
                    + " layers move, before and after."
        },
        footer = {
            "",
            "Examples: qualm harden model.onnx train/ --method pgd --regularize mvl -o hardened.onnx --test test/",
            "          qualm harden mlp.onnx table.csv --label class --epsilon 0.2 --method trades -o hardened.onnx"
        })
final class HardenCommand implements Runnable {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(
            index = "1",
            paramLabel = "DATA",
            description = "Labelled items to learn from: " + DataOptions.KINDS + ".")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path path;

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "FILE",
            description = "The ONNX file to write; its description goes beside it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path out;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private HardeningOptions hardening;

    @Option(
            names = "--softplus",
            paramLabel = "BETA",
            description =
                    "Put softplus of this sharpness in place of every ReLU, for good: explanations get harder to fake."
                            + " Default: the model's own activations.")
    private @Nullable Double softplus;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private TrainingOptionsGroup training;

    @Option(
            names = "--test",
            paramLabel = "PATH",
            description = "Labelled items to compare the model on, before and after.")
    private @Nullable Path testPath;

    @Option(names = "--checkpoint", paramLabel = "FILE", description = "Keep the state in this file after every epoch.")
    private @Nullable Path checkpoint;

    @Option(
            names = "--resume",
            description = "Go on from --checkpoint, if it is there, with the same bits as without an interruption.")
    private boolean resume;

    @Option(names = "--log", paramLabel = "FILE", description = "Write every step and epoch as a line of JSON.")
    private @Nullable Path logFile;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private BoxOption box;

    @Option(names = "--limit", paramLabel = "N", description = "Use the first N items only.")
    private int limit = Integer.MAX_VALUE;

    @Option(
            names = "--test-limit",
            paramLabel = "N",
            defaultValue = "500",
            description = "Compare on the first N items only. Default: ${DEFAULT-VALUE}.")
    private int testLimit;

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
        requireSense();
        try (Network original = model.network();
                Network start = original.with(softplus == null ? graph -> graph : Views.softplus(softplus))) {
            LabelledItems items =
                    LabelledItems.open(path, original, model.description(), preprocessing, options, limit);
            items.remarks().forEach(this::say);
            LabelledItems test = testPath == null
                    ? null
                    : LabelledItems.open(testPath, original, model.description(), preprocessing, options, testLimit);
            LayerBounds bounds = LayerBounds.of(
                    box.text(), items.fit(), items.data().take(64).all());
            boolean pixels = bounds.unit().startsWith("pixels");
            Budget budget = hardening.budget(pixels || !hardening.attacks());
            HardeningWork work = new HardeningWork(start, items.data(), bounds.box(), budget, training.seed());
            if (hardening.attacks()) {
                say("epsilon " + budget.radius() + " (" + budget.ball().text() + ") in " + bounds.unit());
            }
            List<String> layers =
                    hardening.mostVulnerable() ? work.mostVulnerable(hardening.eta(), this::say) : List.of();
            TrainingOptions chosen = training.toOptions()
                    .withObjective(hardening.objective(hardening.method(budget, bounds.box(), training.seed()), layers))
                    .withEarlyStopping(hardening.earlyStopping());
            Training result = train(work, chosen);
            write(result, items.fit());
            if (test != null) {
                test.remarks().forEach(this::say);
                work.learnt(test.data()).ifPresent(this::say);
                try (Network after = Network.of(
                        result.graph(),
                        start.precision(),
                        start.structure().output(),
                        start.structure().kind())) {
                    HardeningComparison.of(original, after, test.data(), bounds.box(), budget, this::progress)
                            .lines()
                            .forEach(spec.commandLine().getOut()::println);
                    spec.commandLine().getOut().flush();
                }
            } else {
                say("compare them with: qualm robustness " + out + " TEST --against " + model.file());
            }
        }
    }

    private void requireSense() {
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(out)) {
            throw new QualmException("Cannot write " + out + ": expected the name of a file in an existing folder");
        }
        if (limit < 1 || testLimit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit and --test-limit are at least 1");
        }
        if (resume && checkpoint == null) {
            throw new ParameterException(spec.commandLine(), "--resume needs --checkpoint FILE, to go on from");
        }
        if (!model.precision().equals("float32")) {
            throw new ParameterException(spec.commandLine(), "Training computes in float32");
        }
        if (softplus != null && !(softplus > 0)) {
            throw new ParameterException(spec.commandLine(), "--softplus is above 0");
        }
    }

    private Training train(HardeningWork work, TrainingOptions chosen) {
        Path file = checkpoint;
        Checkpoints kept = file == null ? null : new Checkpoints(file, 1, resume);
        try (TrainingProgress bar = new TrainingProgress(spec.commandLine().getErr());
                TrainingLog log = logFile == null ? null : TrainingLog.open(logFile)) {
            Progress progress = log == null ? bar : bar.and(log);
            return Trainer.train(work.network(), work.inputs(), work.labels(), chosen, progress, kept);
        }
    }

    private void write(Training result, InputFit fit) {
        OnnxWriter.write(result.graph(), out);
        Path beside = ModelDescription.fileBeside(out);
        model.description().withPreprocessing(fit.steps()).write(beside);
        if (result.epoch() < result.last().number()) {
            say(String.format(
                    Locale.ROOT,
                    "took epoch %d of %d, the best on what was kept aside",
                    result.epoch(),
                    result.last().number()));
        }
        spec.commandLine().getOut().println("wrote " + out + " and " + beside);
        spec.commandLine().getOut().flush();
    }

    private ProgressBar progress(String label, long total) {
        return new ProgressBar(spec.commandLine().getErr(), label, total);
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }
}

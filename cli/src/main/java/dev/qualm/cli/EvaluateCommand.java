package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.data.ModelDescription;
import dev.qualm.detect.meta.MetaRecipe;
import dev.qualm.evaluate.EvaluationReport;
import dev.qualm.evaluate.EvaluationSettings;
import dev.qualm.evaluate.Evaluator;
import dev.qualm.evaluate.LeaveOneOut;
import dev.qualm.evaluate.ModelEvaluation;
import dev.qualm.evaluate.ScoredModel;
import dev.qualm.evaluate.adaptive.LadderResult;
import dev.qualm.network.Network;
import dev.qualm.report.evaluate.EvaluationCsv;
import dev.qualm.report.evaluate.EvaluationJson;
import dev.qualm.report.evaluate.EvaluationPage;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code qualm evaluate}. */
@Command(
        name = "evaluate",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Tells how well detectors find unfamiliar, shifted, wrongly predicted and attacked items, and whether they are worth more"
                    + " than msp, energy and gen, which cost nothing.",
            "",
            "Prints a table for each set. With --out writes report.json, table.csv and report.html into a folder."
        },
        footer = {
            "",
            "Examples: qualm evaluate model.onnx --id test/ --near sandals/ --far digits/ --detectors gen,fdbd,knn --fit trusted/ -o out",
            "          qualm evaluate model.onnx --id test/ --detector d.qualm --attack pgd --eps 8/255 --adaptive 50",
            "          qualm evaluate model.onnx --id test/ --shifted rotate=90 --attack fgsm,pgd --eps 8/255 --detector d.qualm --meta"
        })
final class EvaluateCommand implements Runnable {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "Another model to test on the same sets, such as one of another seed; may be repeated.")
    private List<Path> others = List.of();

    @Option(
            names = "--id",
            paramLabel = "DATA",
            required = true,
            description = "Ordinary items, labelled for wrong predictions and attacks: " + DataOptions.KINDS + ".")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path id;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private EvaluateSets sets;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private EvaluateDetectors detectors;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private AdaptiveOptions adaptive;

    @Option(
            names = "--meta",
            description =
                    "Also judge a combination learnt from all scores, on each set after learning from the others only.")
    private boolean meta;

    @Option(
            names = "--baseline",
            paramLabel = "NAME",
            defaultValue = "msp",
            description = "Detector that the others are compared with. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private String baseline;

    @Option(
            names = "--resamples",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Resamples of bootstraps. Default: ${DEFAULT-VALUE}.")
    private int resamples;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FOLDER",
            description = "Folder to write to; made if it is not there.")
    private @Nullable Path out;

    @Option(names = "--limit", paramLabel = "N", description = "Use the first N items of each set only.")
    private int limit = Integer.MAX_VALUE;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work on. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "Print report.json in place of the tables.")
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
        EvaluationSettings settings = settings();
        OutFolder folder = out == null ? null : new OutFolder(out);
        if (folder != null) {
            folder.requireFolder();
        }
        for (Path other : others) {
            if (!Files.isRegularFile(other)) {
                throw new UnreadableFileException(
                        other + ": there is no such file; expected an ONNX file, with --model");
            }
        }
        List<ModelEvaluation> tables = new ArrayList<>();
        List<Path> files = new ArrayList<>(List.of(model.file()));
        files.addAll(others);
        for (int k = 0; k < files.size(); k++) {
            Path file = files.get(k);
            String name = String.valueOf(file.getFileName());
            boolean twice = files.stream()
                            .filter(f -> String.valueOf(f.getFileName()).equals(name))
                            .count()
                    > 1;
            ModelDescription said = k == 0 ? model.description() : ModelDescription.beside(file);
            try (Network network = k == 0 ? model.network() : model.other(file)) {
                tables.add(table(network, twice ? name + " (" + (k + 1) + ")" : name, said, settings));
            }
        }
        EvaluationReport report = EvaluationReport.of(tables);
        if (folder != null) {
            folder.make();
            folder.write("report.json", EvaluationJson.render(report));
            folder.write("table.csv", EvaluationCsv.render(report));
            folder.write("report.html", EvaluationPage.render(report));
        }
        PrintWriter to = spec.commandLine().getOut();
        if (json) {
            to.print(EvaluationJson.render(report));
        } else {
            EvaluateText.of(report).forEach(to::println);
        }
        to.flush();
        report.warnings().forEach(w -> say("warning: " + w));
        if (folder != null) {
            say("wrote report.json, table.csv and report.html to " + folder.path());
        }
    }

    private EvaluationSettings settings() {
        if (limit < 1 || threads < 1 || resamples < 1) {
            throw new ParameterException(spec.commandLine(), "--limit, --threads and --resamples are at least 1");
        }
        detectors.check(spec.commandLine(), !others.isEmpty());
        adaptive.check(spec.commandLine(), sets.bounded());
        try {
            return EvaluationSettings.defaults()
                    .withBaseline(baseline)
                    .withReplicates(resamples)
                    .withSeed(sets.settings().seed());
        } catch (QualmException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private ModelEvaluation table(Network network, String name, ModelDescription said, EvaluationSettings settings) {
        EvaluateSets.Opened opened =
                sets.open(id, new EvaluateSets.Reading(network, said, preprocessing, options, limit, this::say));
        PrintWriter err = spec.commandLine().getErr();
        EvaluateDetectors.Made made =
                detectors.evaluator(network, said, preprocessing, options, threads, err, this::say);
        Evaluator evaluator = made.evaluator();
        ScoredModel scored;
        try (EvaluateProgress progress = new EvaluateProgress(err)) {
            scored = evaluator.score(name, opened.id(), opened.sets(), progress);
        }
        Map<String, LadderResult> attacked = adaptive.asked()
                ? adaptive.run(
                        network,
                        evaluator.scorer().scores(),
                        made.fromFile(),
                        scored,
                        opened.id(),
                        sets.budget(),
                        opened.box(),
                        adaptive.settings(sets.settings(), threads),
                        err)
                : Map.of();
        ModelEvaluation table;
        try (ProgressBar bar = new ProgressBar(err, "Comparing", ModelEvaluation.blocks(scored, settings))) {
            table = ModelEvaluation.of(scored, settings, attacked, bar::update);
        }
        return meta ? table.withLeftOut(LeaveOneOut.of(MetaRecipe.defaults()).of(scored, settings.baseline())) : table;
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }
}

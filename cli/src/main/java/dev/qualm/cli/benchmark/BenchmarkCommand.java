package dev.qualm.cli.benchmark;

import dev.qualm.QualmException;
import dev.qualm.cli.EvaluateProgress;
import dev.qualm.cli.OutFolder;
import dev.qualm.cli.ProgressBar;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.meta.MetaRecipe;
import dev.qualm.evaluate.EvaluationReport;
import dev.qualm.evaluate.EvaluationSettings;
import dev.qualm.evaluate.Evaluator;
import dev.qualm.evaluate.LeaveOneOut;
import dev.qualm.evaluate.LeftOut;
import dev.qualm.evaluate.ModelEvaluation;
import dev.qualm.evaluate.ScoredModel;
import dev.qualm.network.Network;
import dev.qualm.report.evaluate.EvaluationCsv;
import dev.qualm.report.evaluate.EvaluationJson;
import dev.qualm.report.evaluate.EvaluationPage;
import dev.qualm.report.evaluate.EvaluationWords;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code qualm benchmark}: every detector on several models and sets, all from shipped data. */
@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compares all detectors on classifiers of eight Fashion-MNIST classes that it trains from several seeds: near, far, noise,"
                    + " rotated, wrongly predicted and attacked images.",
            "",
            "Writes report.json, table.csv, report.html and tables.md, from which docs/benchmark.md is made."
        })
public final class BenchmarkCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FOLDER",
            description = "Folder to write to; made if it is not there (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("benchmark");

    @Option(names = "--models", paramLabel = "N", description = "Classifiers (default: ${DEFAULT-VALUE}).")
    private int models = 3;

    @Option(names = "--epochs", paramLabel = "N", description = "Of their training (default: ${DEFAULT-VALUE}).")
    private int epochs = Classifiers.EPOCHS;

    @Option(
            names = "--detectors",
            paramLabel = "NAME",
            split = ",",
            description = "Detectors to compare, each as name or name:parameter=value (default: all).")
    private List<String> detectors = List.of();

    @Option(names = "--limit", paramLabel = "N", description = "Use the first N items of each set only.")
    private int limit = Integer.MAX_VALUE;

    @Option(names = "--seed", description = "Seed of noise, attacks and resamples (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--threads", description = "Java threads (default: all processors).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--home", paramLabel = "DIR", description = "The project's folder (set by the start script).")
    private @Nullable Path home;

    @Override
    public Integer call() {
        if (models < 1 || epochs < 1 || limit < 1 || threads < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--models, --epochs, --limit and --threads are at least 1");
        }
        OutFolder folder = new OutFolder(out);
        folder.requireFolder();
        PrintWriter err = spec.commandLine().getErr();
        BenchmarkData data = BenchmarkData.open(root().resolve("data"), limit, seed);
        List<Detector> all = BenchmarkDetectors.of(detectors, data);
        EvaluationSettings settings = EvaluationSettings.defaults().withSeed(seed);
        List<ModelEvaluation> tables = new ArrayList<>();
        for (int m = 1; m <= models; m++) {
            try (Network network = Classifiers.train(data, m, epochs, err)) {
                tables.add(table(network, "seed " + m, all, data, settings, err));
            }
        }
        EvaluationReport report = EvaluationReport.of(tables);
        folder.make();
        folder.write("report.json", EvaluationJson.render(report));
        folder.write("table.csv", EvaluationCsv.render(report));
        folder.write("report.html", EvaluationPage.render(report));
        folder.write("tables.md", String.join("\n", new BenchmarkTables(report).lines()) + "\n");
        PrintWriter print = spec.commandLine().getOut();
        EvaluationWords.findings(report).forEach(print::println);
        print.println("Tables: " + out.resolve("tables.md").toAbsolutePath() + ", page: "
                + out.resolve("report.html").toAbsolutePath());
        print.flush();
        report.warnings().forEach(w -> err.println("qualm: warning: " + w));
        err.flush();
        return 0;
    }

    private ModelEvaluation table(
            Network network,
            String name,
            List<Detector> all,
            BenchmarkData data,
            EvaluationSettings settings,
            PrintWriter err) {
        Evaluator evaluator = BenchmarkDetectors.fit(network, all, data, threads, err);
        ScoredModel scored;
        try (EvaluateProgress progress = new EvaluateProgress(err)) {
            scored = evaluator.score(name, data.ordinary(), data.sets(seed), progress);
        }
        ModelEvaluation table;
        try (ProgressBar bar = new ProgressBar(err, "Comparing", ModelEvaluation.blocks(scored, settings))) {
            table = ModelEvaluation.of(scored, settings, Map.of(), bar::update);
        }
        try (ProgressBar bar = new ProgressBar(err, "Combining", 1)) {
            List<LeftOut> leftOut = LeaveOneOut.of(MetaRecipe.defaults()).of(scored, settings.baseline());
            bar.update(1);
            return table.withLeftOut(leftOut);
        }
    }

    private Path root() {
        String property = System.getProperty("qualm.home");
        if (home == null && property == null) {
            throw new QualmException(
                    "The benchmark needs the project's folder: start it with ./qualm benchmark, or give --home");
        }
        return home != null ? home : Path.of(property);
    }
}

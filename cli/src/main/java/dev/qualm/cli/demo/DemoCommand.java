package dev.qualm.cli.demo;

import dev.qualm.QualmException;
import dev.qualm.cli.ProgressBar;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import dev.qualm.network.onnx.ModelHash;
import dev.qualm.report.ScoreReport;
import dev.qualm.report.ScoreReportJson;
import dev.qualm.report.ScoreReportPage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code qualm demo}: the main job on real images, from the shipped model and data to a report. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Scores images a shipped network knows, half knows and does not know, and writes a report.")
public final class DemoCommand implements Callable<Integer> {
    private static final String MODEL = "fashion-mnist-8.onnx";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(names = "--out", paramLabel = "FILE", description = "Where the report goes (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("report.html");

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the report's numbers as JSON.")
    private @Nullable Path json;

    @Option(names = "--seed", description = "Seed of the noise and the intervals (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--threads", description = "Java threads (default: all processors).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--home", paramLabel = "DIR", description = "The project's folder (set by the start script).")
    private @Nullable Path home;

    @Override
    public Integer call() {
        long start = System.nanoTime();
        Path root = root();
        Path model = root.resolve("data").resolve("models").resolve(MODEL);
        ModelDescription description = ModelDescription.beside(model);
        PrintWriter print = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (Network network = Network.load(model)) {
            DemoData data = new DemoData(root.resolve("data"), description);
            DemoRun run = DemoRun.of(
                    network,
                    data,
                    threads,
                    seed,
                    set -> new ProgressBar(
                            err, "Scoring " + set.name(), set.images().size()));
            Ansi ansi = spec.commandLine().getColorScheme().ansi();
            print.printf(
                    Locale.ROOT,
                    "%s: %d classes, %.1f %% right on %d test images. Larger score = less trustworthy.%n",
                    MODEL,
                    run.classes(),
                    100 * run.accuracy(),
                    run.labels().length);
            run.outSets()
                    .forEach(
                            s -> print.printf(Locale.ROOT, "  %-12s %5d  %s%n", s.name(), s.images(), s.description()));
            print.println();
            new DemoTable(ansi).lines(run.rows(), run.outSets()).forEach(print::println);
            ScoreReport report =
                    DemoReport.of(run, data, network, description.classes(), threads, provenance(model, run));
            ScoreReportPage.write(report, out);
            if (json != null) {
                ScoreReportJson.write(report, json);
            }
            print.printf(
                    Locale.ROOT,
                    "%nAUROC: one half is chance, 1 is perfect; FPR95: false alarms when 95 %% are caught;"
                            + " 95 %% intervals; bold: best.%n");
            print.printf(
                    Locale.ROOT,
                    "Report with histograms, ROC curves and the most doubted images: %s (%.0f s)%n",
                    out.toAbsolutePath(),
                    (System.nanoTime() - start) / 1e9);
            print.flush();
        }
        return 0;
    }

    private Path root() {
        String property = System.getProperty("qualm.home");
        if (home == null && property == null) {
            throw new QualmException(
                    "The demonstration needs the project's folder: start it with ./qualm demo, or give --home");
        }
        return home != null ? home : Path.of(property);
    }

    private Map<String, String> provenance(Path model, DemoRun run) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("model", model.getFileName() + ", SHA-256 " + ModelHash.of(model));
        entries.put("data", "Fashion-MNIST (MIT licence), UCI handwritten digits (CC BY 4.0)");
        entries.put("scores", String.join(", ", DemoRun.SCORES));
        entries.put("seed", Long.toString(seed));
        entries.put("threads", Integer.toString(threads));
        entries.put(
                "images",
                Integer.toString(
                        run.tables().values().stream().mapToInt(t -> t.size()).sum()));
        entries.put(
                "Java",
                System.getProperty("java.version") + " on " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch"));
        return entries;
    }
}

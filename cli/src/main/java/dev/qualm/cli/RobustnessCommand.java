package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Budget;
import dev.qualm.attack.Robustness;
import dev.qualm.attack.RobustnessResult;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.report.robustness.RobustnessFigure;
import dev.qualm.report.robustness.RobustnessReport;
import dev.qualm.report.robustness.RobustnessReportJson;
import dev.qualm.report.robustness.RobustnessReportPage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm robustness}. */
@Command(
        name = "robustness",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Measures how accuracy falls under attacks, budget by budget.",
            "",
            "Prints a table with intervals, R&G scores, cost and warnings. With --out writes robustness.json, robustness.svg,"
                    + " robustness.png and robustness.html into a folder."
        },
        footer = {
            "",
            "Examples: qualm robustness model.onnx test/ -o out",
            "          qualm robustness model.onnx test/ --against hardened.onnx --epsilons 4/255,8/255,0.5:l2 --limit 500"
        })
final class RobustnessCommand implements Runnable {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(index = "1", paramLabel = "DATA", description = "Labelled items to attack: " + DataOptions.KINDS + ".")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path path;

    @Option(
            names = {"-a", "--attacks"},
            paramLabel = "NAME",
            split = ",",
            defaultValue = "fgsm,pgd,apgd-ce",
            description = "Attacks, as 'qualm attack --list' names them. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private List<String> attacks;

    @Option(
            names = {"-e", "--epsilons"},
            paramLabel = "EPSILON[:NORM]",
            split = ",",
            description =
                    "How far inputs may be moved, such as 0.01,8/255,0.5:l2: in pixels (black is 0 and white is 1) before"
                            + " normalisation; for tables in units of the input. Default for images: a quarter, half, once and"
                            + " twice 8/255 (linf), 0.5 (l2) or 12 (l1).")
    private @Nullable List<String> epsilons;

    @Option(
            names = "--norm",
            paramLabel = "NORM",
            converter = NormConverter.class,
            defaultValue = "linf",
            description = "Norm of epsilons that name none: linf, l2 or l1. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Ball norm;

    @Option(
            names = "--against",
            paramLabel = "MODEL",
            description = "Another model to put beside the first, such as it was before hardening; may be repeated.")
    private List<Path> against = List.of();

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private AttackSettingsOptions attackSettings;

    @Option(
            names = "--monotone",
            description =
                    "Count what an attack broke in a smaller budget as broken in larger ones, and do not attack it again:"
                            + " faster, but hides attacks that get weaker.")
    private boolean monotone;

    @Option(
            names = "--diagnose",
            paramLabel = "N",
            defaultValue = "50",
            description =
                    "Look for signs of masked gradients on the first N items, for about 630 passes each; 0 for none."
                            + " Default: ${DEFAULT-VALUE}.")
    private int diagnosed;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private BoxOption box;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FOLDER",
            description = "Folder to write to; made if it is not there.")
    private @Nullable Path out;

    @Option(names = "--limit", paramLabel = "N", description = "Use the first N items only.")
    private int limit = Integer.MAX_VALUE;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work on. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "Print robustness.json in place of the table.")
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
        List<Budget> budgets = budgets();
        OutFolder folder = out == null ? null : new OutFolder(out);
        if (folder != null) {
            folder.requireFolder();
        }
        for (Path other : against) {
            if (!Files.isRegularFile(other)) {
                throw new UnreadableFileException(
                        other + ": there is no such file; expected an ONNX file, with --against");
            }
        }
        List<RobustnessReport.Model> measured = new ArrayList<>();
        List<String> units = new ArrayList<>();
        try (Network network = model.network()) {
            measured.add(measure(network, model.file(), model.description(), budgets, units));
        }
        for (Path other : against) {
            try (Network network = model.other(other)) {
                measured.add(measure(network, other, ModelDescription.beside(other), budgets, units));
            }
        }
        if (units.stream().distinct().count() > 1) {
            throw new QualmException("Epsilons would not be in the same unit for all models: " + units
                    + "; compare models of the same kind of input");
        }
        RobustnessReport report =
                new RobustnessReport(String.valueOf(path.getFileName()), units.get(0), named(measured));
        if (folder != null) {
            write(report, folder);
        }
        if (json) {
            spec.commandLine().getOut().print(RobustnessReportJson.render(report));
        } else {
            RobustnessText.of(report).forEach(spec.commandLine().getOut()::println);
        }
        spec.commandLine().getOut().flush();
        report.warnings().forEach(w -> say("warning: " + w));
        if (folder != null) {
            say("wrote robustness.json, robustness.svg, robustness.png and robustness.html to " + folder.path());
        }
    }

    /** Empty for the default ones. */
    private List<Budget> budgets() {
        if (limit < 1 || threads < 1 || diagnosed < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--limit and --threads are at least 1, and --diagnose at least 0");
        }
        try {
            attackSettings.settings();
            List<String> asked = epsilons;
            return asked == null ? List.of() : RobustnessBudgets.parse(asked, norm);
        } catch (QualmException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private RobustnessReport.Model measure(
            Network network, Path file, ModelDescription description, List<Budget> asked, List<String> units) {
        AttackedItems items =
                AttackedItems.open(path, network, description, preprocessing, options, limit, box.text(), this::say);
        items.data().labels();
        List<Budget> budgets = asked;
        if (budgets.isEmpty()) {
            if (!items.pixels()) {
                throw new QualmException(
                        "Common epsilons are for images; say with --epsilons how far these inputs may be"
                                + " moved, in " + items.bounds().unit());
            }
            budgets = DoubleStream.of(Robustness.defaultEpsilons(norm))
                    .mapToObj(e -> new Budget(norm, e))
                    .toList();
        }
        units.add(items.unit());
        say(file.getFileName() + ": epsilons are in " + items.bounds().unit());
        Robustness table = Robustness.of(network, items.bounds().box())
                .withAttacks(attacks.toArray(String[]::new))
                .withBudgets(budgets)
                .withSettings(attackSettings.settings())
                .withMonotone(monotone)
                .withDiagnostics(diagnosed);
        try (Workers workers = Workers.of(threads);
                ProgressBar bar = new ProgressBar(
                        spec.commandLine().getErr(), "Attacking", items.data().size())) {
            RobustnessResult result = table.measure(items.data(), workers, (done, of) -> bar.update(done));
            return new RobustnessReport.Model(String.valueOf(file.getFileName()), result);
        }
    }

    /** Files of the same name are told apart by number. */
    private static List<RobustnessReport.Model> named(List<RobustnessReport.Model> models) {
        List<RobustnessReport.Model> out = new ArrayList<>();
        for (int k = 0; k < models.size(); k++) {
            RobustnessReport.Model m = models.get(k);
            boolean twice =
                    models.stream().filter(o -> o.name().equals(m.name())).count() > 1;
            out.add(twice ? new RobustnessReport.Model(m.name() + " (" + (k + 1) + ")", m.result()) : m);
        }
        return out;
    }

    private static void write(RobustnessReport report, OutFolder folder) {
        folder.make();
        RobustnessFigure figure = new RobustnessFigure(report);
        folder.write("robustness.json", RobustnessReportJson.render(report));
        folder.write("robustness.svg", figure.svg());
        folder.write("robustness.png", figure.png());
        folder.write("robustness.html", RobustnessReportPage.render(report));
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }

    static final class NormConverter extends Choice<Ball> {
        NormConverter() {
            super(EnumSet.allOf(Ball.class));
        }
    }
}

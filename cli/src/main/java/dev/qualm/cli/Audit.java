package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import dev.qualm.report.explanation.AuditReport;
import dev.qualm.report.explanation.AuditReportJson;
import dev.qualm.report.explanation.AuditReportPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm audit}. */
@Command(
        name = "audit",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Tells how easily the explanations of a set of images are faked: attacks each of them, beside a random change of"
                    + " equal size, and looks what smoothing brings back.",
            "",
            "Writes audit.html and audit.json; with several methods audit-METHOD.html and .json for each, and a table that"
                    + " compares them. An image that cannot be attacked gets a status that says why; the others go on."
        },
        footer = {
            "",
            "Examples: qualm audit model.onnx images/ -o audit --limit 50",
            "          qualm audit model.onnx images/ -o audit --method lrp-epsilon-plus,gradient --epsilon 8/255"
        })
final class Audit implements Runnable {
    private static final String SHUFFLED = "shuffled";
    private static final int USUAL_LIMIT = 100;

    /** Images that the smoothing is chosen by. */
    private static final int LOOKED_AT = 64;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(index = "1", paramLabel = "DATA", description = "The images: " + DataOptions.KINDS + ".")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path images;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FOLDER",
            defaultValue = ".",
            description = "Folder to write to; made if it is not there. Default: the current one.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path out;

    @Option(
            names = "--targets",
            paramLabel = "DATA",
            defaultValue = SHUFFLED,
            description =
                    "Images whose maps are to be shown, the first for the first and so on, from the start again if"
                            + " they are too few; or shuffled: other images of DATA, of another predicted class where there is"
                            + " one. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private String targets;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "lrp-epsilon-plus",
            description = "How predictions are explained, one or several. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private List<String> methods;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Images to attack, drawn from all by --seed. Default: 100.")
    private @Nullable Integer limit;

    @Option(
            names = "--threshold",
            paramLabel = "PCC",
            description = "Correlation with the original map below which an explanation counts as moved. Default:"
                    + " ${DEFAULT-VALUE}.")
    private double threshold = ManipulationText.MOVED;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ManipulationOptions options;

    @Option(
            names = "--adaptive",
            description =
                    "Attack the smoothed maps as well; twice the time. The finding is printed and among the warnings of the reports.")
    private boolean adaptive;

    @Option(names = "--curvature", description = "Measure curvature at each image, in float64; about 300 gradients.")
    private boolean curvature;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private PreprocessOptions preprocessing;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private DataOptions data;

    @Mixin
    @SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets and reads it
    private HelpOption help;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Override
    public void run() {
        check();
        try (Network network = model.network()) {
            Manipulation.requireGradient(network);
            ModelDescription description = model.description();
            Dataset stored = data.open(images, List.of());
            InputFit fit = InputFit.of(network, description, preprocessing, chosen(stored));
            fit.remarks().forEach(this::say);
            Batch batch = fit.data().read(0, fit.data().size());
            boolean targeted = options.aim().kind() == AttackAim.Kind.TARGET;
            Batch others = !targeted || targets.equals(SHUFFLED) ? null : targets(network, description);
            PixelBox pixels = PixelBox.of(options.limits().box(), fit, fit.stored(), batch.inputs());
            ModelClasses classes = ModelClasses.of(
                    ModelClasses.count(network, fit.data()),
                    description.classes(),
                    "the description beside the model",
                    this::say);
            folder();
            AuditSet set = AuditSet.of(network, batch, others, targeted, options.seed());
            List<AuditReport> reports = new ArrayList<>();
            for (String name : new LinkedHashSet<>(methods)) {
                reports.add(audit(network, name, set, pixels, classes));
            }
            if (reports.size() > 1) {
                AuditTable.compare(reports, spec.commandLine().getOut());
            }
        }
    }

    private void check() {
        String problem = options.problem();
        if (problem == null && limit != null && limit < 1) {
            problem = "--limit is at least 1";
        }
        if (problem == null && !(threshold >= -1 && threshold <= 1)) {
            problem = "--threshold is a correlation, -1 to 1";
        }
        if (problem == null && methods.isEmpty()) {
            problem = "--method names one method at least";
        }
        if (problem == null && options.aim().kind() != AttackAim.Kind.TARGET && !targets.equals(SHUFFLED)) {
            problem = "--targets belongs to --attack target; --attack "
                    + Choice.written(options.aim().kind()) + " has none";
        }
        if (problem != null) {
            throw new ParameterException(spec.commandLine(), problem);
        }
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new QualmException(out + " is a file; expected a folder to write to, with --out");
        }
    }

    private Dataset chosen(Dataset stored) {
        int most = limit == null ? USUAL_LIMIT : limit;
        if (stored.size() <= most) {
            return stored;
        }
        if (limit == null) {
            say("attacking " + most + " of " + stored.size() + " images, drawn with seed " + options.seed()
                    + "; change it with --limit");
        }
        return stored.shuffle(options.seed()).take(most);
    }

    private Batch targets(Network network, ModelDescription description) {
        InputFit fit = InputFit.of(network, description, preprocessing, data.open(Path.of(targets), List.of()));
        return fit.data().read(0, Math.min(fit.data().size(), limit == null ? USUAL_LIMIT : limit));
    }

    private void folder() {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new QualmException("Cannot make the folder " + out + " to write to: " + e, e);
        }
    }

    private AuditReport audit(Network network, String name, AuditSet set, PixelBox pixels, ModelClasses classes) {
        int[] readable = set.readable();
        Array some = set.inputs().select(Arrays.copyOf(readable, Math.min(readable.length, LOOKED_AT)));
        try (Manipulation manipulation = new Manipulation(network, name, options, pixels, some)) {
            manipulation.remarks().forEach(this::say);
            AuditRun run = new AuditRun(manipulation, set, classes, adaptive, curvature, threshold, options);
            AuditRun.Result result;
            try (ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), "Attacking " + name, run.work())) {
                result = run.run(bar::update);
            }
            AuditReport report = run.report(
                    result, String.valueOf(model.file().getFileName()), String.valueOf(images.getFileName()));
            String file = methods.size() == 1 ? "audit" : "audit-" + name;
            AuditReportPage.write(report, result.overviews(), out.resolve(file + ".html"));
            AuditReportJson.write(report, out.resolve(file + ".json"));
            say("wrote " + file + ".html and " + file + ".json to " + out);
            AuditTable.print(report, spec.commandLine().getOut());
            return report;
        }
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }
}

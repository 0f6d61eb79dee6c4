package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.attack.AttackSettings;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import dev.qualm.report.ReportJson;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm attack}. */
@Command(
        name = "attack",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Changes inputs a little so that a model answers otherwise, and says how often that works.",
            "",
            "Prints success rates, sizes of the changes and costs. With --out writes the changed inputs as an npz file per attack,"
                    + " which reads like any other data, attack.json, and with --images pictures."
        },
        footer = {
            "",
            "Examples: qualm attack model.onnx test/ --attack pgd:8/255 --attack gaussian:0.1 -o out --images 8",
            "          qualm attack model.onnx data.npz --attack carlini-wagner --targeted 3 --limit 20",
            "          qualm attack --list"
        })
final class AttackCommand implements Runnable {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(
            index = "1",
            paramLabel = "DATA",
            description = "Items to attack: " + DataOptions.KINDS
                    + ". Without labels, the model's own answers count as right.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path path;

    @Option(
            names = {"-a", "--attack"},
            paramLabel = "NAME[:EPSILON[:NORM]]",
            split = ",",
            description =
                    "An attack or a noise, see --list; may be repeated. Epsilon is in pixels (black is 0 and white is 1)"
                            + " before normalisation, such as 0.1 or 8/255; for tables in units of the input.")
    private List<String> attacks = List.of();

    @Option(names = "--list", help = true, description = "Say which attacks and noises there are.")
    private boolean list;

    @Option(
            names = "--targeted",
            paramLabel = "CLASS",
            description =
                    "Look for this class: its name or number, or runner-up. Items that get it anyway are left alone.")
    private @Nullable String targeted;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private AttackSettingsOptions attackSettings;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "0",
            description = "With --out, draw the first N attacked images: original, adversarial, difference enlarged.")
    private int images;

    @Option(
            names = "--diagnose",
            paramLabel = "N",
            defaultValue = "50",
            description =
                    "Look for signs of masked gradients on the first N items in each budget, for about 630 passes each; 0"
                            + " for none. Default: ${DEFAULT-VALUE}.")
    private int diagnosed;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private BoxOption box;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FOLDER",
            description = "Folder to write to; made if it is not there.")
    private @Nullable Path out;

    @Option(names = "--limit", paramLabel = "N", description = "Attack the first N items only.")
    private int limit = Integer.MAX_VALUE;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work on. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "Print attack.json in place of the table.")
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

    /** The fields of attack.json. */
    private record Fields(
            String model,
            String data,
            String unit,
            @Nullable String targeted,
            int unreadable,
            int outside,
            List<AttackText> attacks,
            List<String> warnings,
            Map<String, String> provenance) {}

    @Override
    public void run() {
        if (list) {
            AttackSpec.listing().forEach(spec.commandLine().getOut()::println);
            return;
        }
        check();
        try (Network network = model.network()) {
            ModelDescription description = model.description();
            AttackedItems items = AttackedItems.open(
                    path, network, description, preprocessing, options, limit, box.text(), this::say);
            ModelClasses classes = ModelClasses.of(
                    ModelClasses.count(network, items.data()),
                    description.classes(),
                    "the description beside the model",
                    this::say);
            say("epsilons are in " + items.bounds().unit());
            if (!items.data().labelled()) {
                say("the data have no labels; the model's own answers count as right");
            }
            ClassChoice target = target(classes);
            List<AttackSpec> specs =
                    AttackSpec.parse(attacks, settings(), items.bounds().box(), target != null);
            AttackRun.Asked asked = new AttackRun.Asked(
                    out,
                    images,
                    diagnosed,
                    threads,
                    settings(),
                    preprocessing,
                    spec.commandLine().getErr(),
                    this::say);
            AttackRun run = new AttackRun(network, description, items, classes, target, asked);
            List<AttackText> results = new ArrayList<>();
            for (AttackSpec one : specs) {
                results.add(run.attack(one));
            }
            run.warn(specs);
            String text = ReportJson.render(
                    "qualm-attack-1",
                    new Fields(
                            String.valueOf(model.file().getFileName()),
                            String.valueOf(path.getFileName()),
                            items.unit(),
                            target == null ? null : target.words(classes),
                            run.unreadable,
                            run.outside,
                            results,
                            run.warnings,
                            run.provenance(specs).entries()));
            if (out != null) {
                new OutFolder(out).write("attack.json", text);
            }
            if (json) {
                spec.commandLine().getOut().print(text);
            } else {
                AttackText.table(results, target == null ? null : target.words(classes))
                        .forEach(spec.commandLine().getOut()::println);
            }
            spec.commandLine().getOut().flush();
            run.warnings.forEach(w -> say("warning: " + w));
            if (out != null) {
                say("wrote attack.json and an npz file for each attack to " + out);
            }
        }
    }

    private void check() {
        if (limit < 1 || threads < 1 || diagnosed < 0 || images < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--limit and --threads are at least 1, and --diagnose and --images at least 0");
        }
        if (attacks.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "Missing required option: --attack=NAME[:EPSILON[:NORM]]; see --list");
        }
        if (images > 0 && out == null) {
            throw new ParameterException(spec.commandLine(), "--images needs a folder to draw to, with --out");
        }
        settings();
        if (out != null) {
            OutFolder folder = new OutFolder(out);
            folder.requireFolder();
            folder.make();
        }
    }

    private AttackSettings settings() {
        try {
            return attackSettings.settings();
        } catch (QualmException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private @Nullable ClassChoice target(ModelClasses classes) {
        String asked = targeted;
        if (asked == null) {
            return null;
        }
        ClassChoice choice = ClassChoice.of(asked, classes);
        if (choice.rank() == 0) {
            throw new QualmException("--targeted predicted is what the model answers anyway; give another class");
        }
        return choice;
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.AtomicFile;
import dev.qualm.array.Npz;
import dev.qualm.data.Batch;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import dev.qualm.report.Picture;
import dev.qualm.report.explanation.ManipulationOverview;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm manipulate}. */
@Command(
        name = "manipulate",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Tries to fake the explanation of one prediction: changes the image a little, so that its relevance map changes a"
                    + " lot while the prediction stays.",
            "",
            "Writes into a folder: overview.png and overview.svg, manipulated.png (8 bits), manipulated.npz (exact, with all"
                    + " maps) and report.json. Prints what was found: how far the map moved, beside a random change of"
                    + " equal size; what smoothing brings back; what an attack on the smoothed map does; how curved the"
                    + " model is there."
        },
        footer = {
            "",
            "Examples: qualm manipulate model.onnx cat.png --target dog.png -o out",
            "          qualm manipulate model.onnx cat.png --attack top-k --method gradient --epsilon 8/255 -o out"
        })
final class Manipulate implements Runnable {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(
            index = "1",
            paramLabel = "IMAGE",
            description = "The image whose explanation is attacked, or data that hold it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path image;

    @Option(names = "--item", paramLabel = "N", description = "Which item of IMAGE, if it holds several; from 0.")
    private int item;

    @Option(
            names = "--target",
            paramLabel = "IMAGE",
            description = "The image whose map is to be shown, or data that hold it.")
    private @Nullable Path target;

    @Option(names = "--target-item", paramLabel = "N", description = "Which item of it; from 0.")
    private int targetItem;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FOLDER",
            required = true,
            description = "Folder to write to; made if it is not there.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path out;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description =
                    "How predictions are explained; 'qualm help explain' lists the methods. Default: lrp-epsilon-plus,"
                            + " lrp-reference with --reference.")
    private @Nullable String method;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ManipulationOptions options;

    @Option(
            names = "--adaptive",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Whether to attack the smoothed map as well, as somebody would who knows of it. Default: yes.")
    private boolean adaptive;

    @Option(
            names = "--curvature",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Whether to measure curvature, in float64; about 300 gradients. Default: yes.")
    private boolean curvature;

    @Option(
            names = "--smoothgrad",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Whether to compare with SmoothGrad of 1 to 25 samples. Default: yes.")
    private boolean smoothgrad;

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

    /** One image as the model takes it. */
    private record Item(String id, Array input, InputFit fit) {}

    @Override
    public void run() {
        check();
        try (Network network = model.network()) {
            Manipulation.requireGradient(network);
            ModelDescription description = model.description();
            Item original = item(network, description, image, item, "--item");
            Path other = target;
            Item wanted = other == null ? null : item(network, description, other, targetItem, "--target-item");
            original.fit().remarks().forEach(this::say);
            requireSame(original, wanted);
            Array both = wanted == null ? original.input() : Array.concat(List.of(original.input(), wanted.input()));
            PixelBox pixels = PixelBox.of(
                    options.limits().box(), original.fit(), original.fit().stored(), both);
            ModelClasses classes = ModelClasses.of(
                    ModelClasses.count(network, original.fit().data()),
                    description.classes(),
                    "the description beside the model",
                    this::say);
            String name = method != null ? method : options.isReference() ? "lrp-reference" : "lrp-epsilon-plus";
            try (Manipulation manipulation = new Manipulation(network, name, options, pixels, original.input())) {
                manipulation.remarks().forEach(this::say);
                work(manipulation, original, wanted, classes);
            }
        }
    }

    private void check() {
        String problem = options.problem();
        if (problem == null && options.aim().kind() == AttackAim.Kind.TARGET && target == null) {
            problem = "Say what the attack wants: --target IMAGE, or --attack top-k, mass-centre or untargeted";
        }
        if (problem == null && options.aim().kind() != AttackAim.Kind.TARGET && target != null) {
            problem = "--target belongs to --attack target; --attack "
                    + Choice.written(options.aim().kind()) + " has none";
        }
        if (problem == null && (item < 0 || targetItem < 0)) {
            problem = "--item and --target-item are at least 0";
        }
        if (problem != null) {
            throw new ParameterException(spec.commandLine(), problem);
        }
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new QualmException(out + " is a file; expected a folder to write to, with --out");
        }
    }

    private Item item(Network network, ModelDescription description, Path path, int index, String option) {
        InputFit fit = InputFit.of(network, description, preprocessing, data.open(path, List.of()));
        if (index >= fit.data().size()) {
            throw new QualmException(path + " holds " + fit.data().size() + " items, so " + option + " is 0 to "
                    + (fit.data().size() - 1) + ", but found " + index);
        }
        Batch one = fit.data().read(index, index + 1).requireComplete();
        return new Item(fit.data().id(index), one.inputs(), fit);
    }

    private void requireSame(Item original, @Nullable Item wanted) {
        if (wanted != null
                && !java.util.Arrays.equals(
                        original.input().shape(), wanted.input().shape())) {
            throw new QualmException("The image and its target have to be of one size after preprocessing, but "
                    + original.id() + " is " + original.input() + " and " + wanted.id() + " is " + wanted.input()
                    + "; say with --preprocess resize=HxW what size");
        }
    }

    private void work(Manipulation manipulation, Item original, @Nullable Item wanted, ModelClasses classes) {
        int steps = manipulation.attack().descent().steps()
                * (1 + manipulation.attack().starts().restarts())
                * (adaptive ? 2 : 1);
        ManipulationFindings findings;
        try (ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), "Attacking", steps)) {
            findings = manipulation.of(
                    original.input(), wanted == null ? null : wanted.input(), adaptive, smoothgrad, bar::update);
        }
        boolean ok = findings.status(0).isOk();
        if (curvature && manipulation.flat()) {
            say(
                    "curvature is not measured: the network stays piecewise linear under smoothing, so its Hessian is zero");
        }
        CurvatureNumbers curved = curvature && ok && !manipulation.flat()
                ? manipulation.curvature(original.input(), findings.attack().images(), findings.predicted(0))
                : null;
        List<String> lines =
                ManipulationText.of(findings, 0, manipulation.method().name(), classes, manipulation.pixels(), curved);
        if (!ok) {
            throw new QualmException(lines.get(0));
        }
        write(manipulation, findings, lines, settings(manipulation, original, wanted, findings), classes, curved);
        lines.forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
        say(String.format(
                Locale.ROOT,
                "%d steps in %.1f s (%.3g s per step); wrote overview.png, overview.svg, manipulated.png, manipulated.npz"
                        + " and report.json to %s",
                findings.outcome(0).steps(),
                findings.seconds(),
                findings.seconds() / Math.max(1, findings.outcome(0).steps()),
                out));
    }

    private Map<String, String> settings(
            Manipulation manipulation, Item original, @Nullable Item wanted, ManipulationFindings findings) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("model", String.valueOf(model.file().getFileName()));
        all.put("image", original.id());
        if (wanted != null) {
            all.put("target", wanted.id());
        }
        all.put("explanation", manipulation.method().name());
        manipulation.method().parameters().forEach((k, v) -> all.put("explanation " + k, String.valueOf(v)));
        all.put("explained", options.target().quantity().label());
        all.put("start", options.target().fromValue() ? "value" : "1");
        all.put("pixels", manipulation.pixels().toString());
        all.put("allowed", options.limits().allowed());
        all.put("smoothing", manipulation.smoothing());
        findings.attack().provenance().entries().forEach((k, v) -> all.put(k.equals("method") ? "attack" : k, v));
        all.put("control", "random change of equal L2 norm, in units of the input, seed " + options.seed());
        return all;
    }

    private void write(
            Manipulation manipulation,
            ManipulationFindings findings,
            List<String> lines,
            Map<String, String> settings,
            ModelClasses classes,
            @Nullable CurvatureNumbers curved) {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new QualmException("Cannot make the folder " + out + " to write to: " + e, e);
        }
        PixelBox pixels = manipulation.pixels();
        ManipulationOverview overview = new ManipulationPicture(findings, classes, manipulation)
                .of(
                        0,
                        "Attack on the explanation of " + settings.get("image") + ", " + settings.get("model"),
                        ManipulationPicture.notes(findings, 0, options.limits().allowed()));
        bytes("overview.png", overview.png());
        bytes("overview.svg", overview.svg().getBytes(StandardCharsets.UTF_8));
        Array attacked = findings.attack().images();
        int[] shape = attacked.shape();
        Array shown = Array.of(pixels.pixels(attacked.toDoubles()), shape[1], shape[2], shape[3]);
        bytes("manipulated.png", Picture.of(shown).png());
        Npz.write(out.resolve("manipulated.npz"), arrays(findings));
        ManipulationReport report = ManipulationReport.of(findings, 0, lines, settings, classes, pixels, curved);
        bytes("report.json", report.json().getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, Array> arrays(ManipulationFindings f) {
        Map<String, Array> all = new LinkedHashMap<>();
        all.put("input", f.attack().images());
        all.put("original", f.images());
        all.put("control", f.control());
        Array target = f.targets();
        if (target != null) {
            all.put("target", target);
        }
        for (ManipulationFindings.Looked looked : f.looked()) {
            String which = Double.isInfinite(looked.beta()) ? "map" : "smoothed_map";
            all.put(which + "_original", looked.original().values());
            all.put(which + "_manipulated", looked.attacked().values());
            all.put(which + "_control", looked.control().values());
            if (looked.target() != null) {
                all.put(
                        which + "_target",
                        Objects.requireNonNull(looked.target()).values());
            }
        }
        ManipulationFindings.Adaptive adaptive = f.adaptive();
        if (adaptive != null) {
            all.put("adaptive", adaptive.attack().images());
        }
        return all;
    }

    private void bytes(String name, byte[] content) {
        AtomicFile.write(out.resolve(name), stream -> stream.write(content));
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }
}

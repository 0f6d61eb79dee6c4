package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.report.layers.LayerFigure;
import dev.qualm.report.layers.LayerReport;
import dev.qualm.report.layers.LayerReportJson;
import dev.qualm.report.layers.LayerReportPage;
import dev.qualm.sustainability.AttackPerturbation;
import dev.qualm.sustainability.EqualNorm;
import dev.qualm.sustainability.LayerSustainability;
import dev.qualm.sustainability.Measure;
import dev.qualm.sustainability.Perturbation;
import dev.qualm.sustainability.SustainabilityResult;
import dev.qualm.sustainability.Taps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm layers}. */
@Command(
        name = "layers",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Tells which layers of a model move most when its inputs are perturbed: layer sustainability analysis.",
            "",
            "Prints a table of layers and perturbations, the most vulnerable layers marked. With --out writes layers.json,"
                    + " layers.svg, layers.png and layers.html into a folder."
        },
        footer = {
            "",
            "Examples: qualm layers model.onnx test/ --perturb fgsm:0.1,gaussian:0.1 -o out",
            "          qualm layers model.onnx data.npz --label y --perturb pgd:8/255,uniform:8/255 --equal-norm"
        })
final class LayersCommand implements Runnable {
    /** Items that the range of unknown pixels is read off. */
    private static final int SAMPLE = 64;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(
            index = "1",
            paramLabel = "DATA",
            description = "Items to perturb: " + DataOptions.KINDS
                    + ". Attacks raise the loss of the true class, of the" + " predicted one without labels.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path path;

    @Option(
            names = {"-p", "--perturb"},
            paramLabel = "NAME:STRENGTH",
            split = ",",
            required = true,
            completionCandidates = LayerPerturbations.Kinds.class,
            description =
                    "Perturbations with their strengths: an attack as NAME:EPSILON or NAME:EPSILON:NORM (linf, l2 or"
                            + " l1; searches for the nearest point need no EPSILON), or a noise as NAME:STRENGTH. Names:"
                            + " ${COMPLETION-CANDIDATES}. Epsilons, and strengths of gaussian and uniform, are in pixels (black is 0"
                            + " and white is 1) before normalisation, such as 0.1 or 8/255; for tables in units of the input. Salt"
                            + " and pepper take a share of the pixels, blur pixels, rotation degrees, contrast the share that is"
                            + " lost, jpeg 100 minus the quality. Attacks take the settings of their authors.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private List<String> perturb;

    @Option(
            names = {"-m", "--measure"},
            paramLabel = "NAME",
            split = ",",
            converter = MeasureConverter.class,
            defaultValue = "relative-error",
            description =
                    "How far a layer moved: relative-error, absolute-l2, mse, linf, cosine-distance, linear-cka. The"
                            + " first marks layers. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private List<Measure> measures;

    @Option(
            names = "--taps",
            paramLabel = "WHERE",
            defaultValue = "activations",
            description =
                    "What is compared: activations, layers (outputs of convolutions and linear layers) or names of"
                            + " tensors, separated by commas. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private String taps;

    @Option(
            names = "--eta",
            paramLabel = "N",
            defaultValue = "1",
            description = "Standard deviations above the mean of all layers from which a layer is marked. Default:"
                    + " ${DEFAULT-VALUE}.")
    private double eta;

    @Option(
            names = "--equal-norm",
            paramLabel = "NORM",
            arity = "0..1",
            fallbackValue = "l2",
            converter = NormConverter.class,
            description =
                    "Scale the perturbations of each item to the size of its smallest, by l2 (if nothing is said) or"
                            + " linf.")
    private EqualNorm.@Nullable Length equalNorm;

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

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of noises and attacks. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work on. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "Print layers.json in place of the table.")
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
        List<LayerPerturbations> wanted = wanted();
        OutFolder folder = out == null ? null : new OutFolder(out);
        if (folder != null) {
            folder.requireFolder();
        }
        try (Network network = model.network()) {
            List<String> remarks = new ArrayList<>();
            Dataset stored = LabelledItems.ofKnownClasses(
                            path, model.description().classes(), options, remarks)
                    .take(limit);
            remarks.forEach(this::say);
            InputFit fit = InputFit.of(network, model.description(), preprocessing, stored);
            fit.remarks().forEach(this::say);
            Dataset sample = fit.data().take(SAMPLE).withoutDamaged();
            if (sample.size() == 0) {
                throw new QualmException(
                        "None of the first " + fit.data().take(SAMPLE).size() + " items of " + path + " can be read");
            }
            LayerBounds bounds = LayerBounds.of(box.text(), fit, sample.all());
            say("strengths are in " + bounds.unit());
            List<Perturbation> perturbations = new ArrayList<>();
            wanted.forEach(p -> perturbations.add(p.on(network, bounds.box(), seed)));
            say(plan(network, perturbations, sample));
            LayerSustainability analysis = LayerSustainability.of(network, taps())
                    .withMeasures(measures.toArray(Measure[]::new))
                    .withBox(bounds.box())
                    .withEqualNorm(equalNorm == null ? null : EqualNorm.smallest(equalNorm));
            SustainabilityResult result = analyse(analysis, fit.data(), perturbations);
            LayerReport report = new LayerReport(
                    String.valueOf(model.file().getFileName()), String.valueOf(path.getFileName()), eta, result);
            if (folder != null) {
                write(report, folder);
            }
            if (json) {
                spec.commandLine().getOut().print(LayerReportJson.render(report));
            } else {
                LayerText.of(report).forEach(spec.commandLine().getOut()::println);
            }
            spec.commandLine().getOut().flush();
            report.warnings().forEach(this::say);
            if (folder != null) {
                say("wrote layers.json, layers.svg, layers.png and layers.html to " + folder.path());
            }
        }
    }

    private List<LayerPerturbations> wanted() {
        if (limit < 1 || threads < 1 || !Double.isFinite(eta)) {
            throw new ParameterException(
                    spec.commandLine(), "--limit and --threads are at least 1, and --eta is a finite number");
        }
        try {
            return LayerPerturbations.parse(perturb);
        } catch (QualmException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static String plan(Network network, List<Perturbation> perturbations, Dataset sample) {
        Array one = sample.take(1).all();
        boolean attacks = perturbations.stream().anyMatch(AttackPerturbation.class::isInstance);
        int classes = attacks ? network.logits(one).dim(1) : 0; // noises need no classes, nor do they ask for any
        return LayerPerturbations.plan(perturbations, classes, one.size());
    }

    private Taps taps() {
        return switch (taps) {
            case "activations" -> Taps.ACTIVATIONS;
            case "layers" -> Taps.LAYERS;
            default -> Taps.named(taps.split(","));
        };
    }

    private SustainabilityResult analyse(LayerSustainability analysis, Dataset data, List<Perturbation> perturbations) {
        try (Workers workers = Workers.of(threads);
                ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), "Layers", data.size())) {
            bar.update(0);
            return analysis.analyse(data, perturbations, workers, (done, of) -> bar.update(done));
        }
    }

    private static void write(LayerReport report, OutFolder folder) {
        folder.make();
        LayerFigure figure = new LayerFigure(report);
        folder.write("layers.json", LayerReportJson.render(report));
        folder.write("layers.svg", figure.svg());
        folder.write("layers.png", figure.png());
        folder.write("layers.html", LayerReportPage.render(report));
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }

    static final class MeasureConverter extends Choice<Measure> {
        MeasureConverter() {
            super(EnumSet.allOf(Measure.class));
        }
    }

    static final class NormConverter extends Choice<EqualNorm.Length> {
        NormConverter() {
            super(EnumSet.allOf(EqualNorm.Length.class));
        }
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.AtomicFile;
import dev.qualm.attribution.LayerConductance;
import dev.qualm.data.Dataset;
import dev.qualm.detect.wrong.ClassProfiles;
import dev.qualm.detect.wrong.Labelled;
import dev.qualm.detect.wrong.SampleReader;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.network.onnx.ModelHash;
import dev.qualm.report.conductance.ConductanceComparison;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm profile}. */
@Command(
        name = "profile",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Learns which feature maps carry the correct predictions of each class, and shows whether they carry one in"
                    + " question too.",
            "",
            "Without --profiles: reads labelled DATA and writes profiles (-o FILE.qualm).",
            "With --profiles and --image or --item: draws the input's conductance at the maps characteristic of the"
                    + " class it was given, above that of a correct prediction from DATA (-o FILE.png or FILE.svg)."
        },
        footer = {
            "",
            "Example: qualm profile model.onnx held-out/ -o profiles.qualm",
            "         qualm profile model.onnx held-out/ --profiles profiles.qualm --image odd.png -o odd-maps.png"
        })
final class ProfileCommand implements Runnable {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(
            index = "1",
            paramLabel = "DATA",
            description = "Labelled items, some of them predicted correctly: " + DataOptions.KINDS + ".")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path path;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "File to write: profiles are named .qualm, pictures .png or .svg.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path out;

    @Option(names = "--profiles", paramLabel = "FILE", description = "Profiles written before: compare with them.")
    private @Nullable Path profilesPath;

    @Option(names = "--image", paramLabel = "FILE", description = "The input in question, a file of its own.")
    private @Nullable Path image;

    @Option(names = "--item", paramLabel = "ID", description = "The input in question, an item of DATA.")
    private @Nullable String item;

    @Option(
            names = "--layer",
            paramLabel = "NAME",
            description = "Tensor to profile. Default: the last activation before the logits.")
    private @Nullable String layer;

    @Option(
            names = "--top",
            paramLabel = "N",
            description = "Characteristic maps of a class to show. Default: ${DEFAULT-VALUE}.")
    private int top = ClassProfiles.TOP;

    @Option(names = "--limit", paramLabel = "N", description = "Use the first N items of DATA only.")
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

    @Override
    public void run() {
        check();
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(out)) {
            throw new QualmException("Cannot write " + out + ": expected the name of a file in an existing folder");
        }
        try (Network network = model.network();
                Workers workers = Workers.of(threads)) {
            ClassProfiles profiles =
                    profilesPath == null ? null : ClassProfiles.load(profilesPath, ModelHash.of(network.graph()));
            LabelledItems items = LabelledItems.open(path, network, model.description(), preprocessing, options, limit);
            items.remarks().forEach(this::say);
            ModelClasses classes = ModelClasses.of(
                    ModelClasses.count(network, items.data()),
                    model.description().classes(),
                    "the description beside the model",
                    this::say);
            if (profiles == null) {
                make(network, items, classes, workers);
            } else {
                compare(network, items, classes, workers, profiles);
            }
        }
    }

    private void check() {
        String problem = null;
        boolean compares = profilesPath != null;
        boolean named = image != null || item != null;
        if (limit < 1 || threads < 1 || top < 1) {
            problem = "--limit, --threads and --top are at least 1";
        } else if (image != null && item != null) {
            problem = "Give --image or --item, not both";
        } else if (named && !compares) {
            problem = "--image and --item are compared with --profiles; make them with 'qualm profile " + model.file()
                    + " DATA -o profiles.qualm'";
        } else if (compares && !named) {
            problem = "--profiles are compared with an input; say which with --image FILE or --item ID";
        } else if (compares && layer != null) {
            problem = "--profiles know their layer; leave --layer out";
        } else if (!compares && !out.toString().endsWith(".qualm")) {
            problem = "Expected a file named .qualm for profiles, but found " + out;
        } else if (compares && !ResultKind.of(out, spec).picture()) {
            problem = "Expected a file named .png or .svg for a picture, but found " + out;
        }
        if (problem != null) {
            throw new ParameterException(spec.commandLine(), problem);
        }
    }

    private void make(Network network, LabelledItems items, ModelClasses classes, Workers workers) {
        Dataset data = items.data();
        ClassProfiles profiles;
        try (SampleReader reader = reader(network, layer);
                ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), "Profiling", data.size())) {
            SampleComputation.Read read = new SampleComputation(network, workers).read(data, reader, null, bar::update);
            profiles = ClassProfiles.of(new Labelled(read.samples(), data.labels()), classes.count());
        }
        int shown = Math.min(top, profiles.maps());
        profiles.save(out);
        ProfileText text = new ProfileText(out, profiles, classes);
        print(json ? List.of(text.json(shown)) : text.lines(shown, data.size()));
    }

    private static SampleReader reader(Network network, @Nullable String layer) {
        return layer == null
                ? SampleReader.of(network)
                : SampleReader.of(network, LayerConductance.reference().of(layer));
    }

    private void compare(
            Network network, LabelledItems items, ModelClasses classes, Workers workers, ClassProfiles profiles) {
        if (!profiles.provenance().entries().getOrDefault("samples", "").contains("positions=MEAN")) {
            throw new QualmException(
                    "Expected profiles of means over positions, as this command writes them, but found " + profilesPath
                            + " of " + profiles.provenance() + "; make profiles with this command");
        }
        ProfileComparison.Found found;
        try (SampleReader reader = reader(network, profiles.layer());
                ProgressBar bar = new ProgressBar(
                        spec.commandLine().getErr(),
                        "Searching a correct prediction",
                        items.data().size())) {
            ProfileComparison comparison = new ProfileComparison(
                    network, profiles, items, classes, new SampleComputation(network, workers), reader);
            found = comparison.of(item(network), Math.min(top, profiles.maps()), bar::update);
        }
        ConductanceComparison picture = found.picture(classes, profiles);
        byte[] content = ResultKind.of(out, spec) == ResultKind.PNG
                ? picture.png()
                : picture.svg().getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(out, stream -> stream.write(content));
        ProfileText text = new ProfileText(out, profiles, classes);
        print(json ? List.of(text.json(found)) : text.lines(found));
    }

    /** The input in question; its class need not be one that the model knows. */
    private MapItem item(Network network) {
        Dataset stored = options.open(image != null ? image : path, List.of());
        if (image != null && stored.size() != 1) {
            throw new QualmException("Expected one image in " + image + ", but found " + stored.size()
                    + " items; name one with --item if they are DATA");
        }
        InputFit fit = InputFit.of(network, model.description(), preprocessing, stored);
        int place = item == null ? 0 : fit.data().ids().indexOf(item);
        if (place < 0) {
            throw new QualmException("There is no item '" + item + "' among the " + stored.size() + " of " + path
                    + ", which are named like '" + fit.data().id(0) + "'");
        }
        return MapItem.of(fit, place, stored.labelled() ? stored.labels() : null);
    }

    private void print(List<String> lines) {
        lines.forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }
}

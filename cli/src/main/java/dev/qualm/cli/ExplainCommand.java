package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.AtomicFile;
import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.AttributionOptions;
import dev.qualm.attribution.Attributions;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.network.Network;
import dev.qualm.network.Views;
import dev.qualm.report.explanation.ExplanationSheet;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm explain}. */
@Command(
        name = "explain",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Shows which pixels or features speak for a prediction, by one method or several.",
            "",
            "Images give a sheet with a row each; rows of a table give the features with the largest relevance. Red speaks"
                    + " for the class, blue against it."
        },
        footer = {
            "",
            "Examples:",
            "  qualm explain model.onnx image.png -o why.png",
            "  qualm explain model.onnx image.png --compare -o methods.png",
            "  qualm explain model.onnx image.png --method gradient --betas 10,3,1",
            "  qualm explain --list"
        })
final class ExplainCommand implements Runnable {
    private static final Path OTHERWISE = Path.of("explanation.png");
    private static final String FOR_IMAGES = "lrp-epsilon-plus";
    private static final String FOR_TABLES = "lrp-epsilon";

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "DATA",
            description = "What to explain: " + DataOptions.KINDS + ". May be repeated.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private List<Path> paths;

    @Option(
            names = {"-m", "--method"},
            paramLabel = "NAME",
            split = ",",
            description = "Methods, see --list. Default: " + FOR_IMAGES + ", and " + FOR_TABLES + " for tables.")
    private List<String> methods = List.of();

    @Option(
            names = "--compare",
            description =
                    "Compare all methods that need nothing further, or those of --method; prints what each costs.")
    private boolean compare;

    @Option(
            names = "--betas",
            paramLabel = "B",
            split = ",",
            description = "One method on the network and on smoothed ones, with softplus of these sharpnesses for Relu:"
                    + " 10,3,1. Prints how far their answers are from the network's.")
    private List<Double> betas = List.of();

    @Option(names = "--list", help = true, description = "List the methods and exit.")
    private boolean list;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Picture (.png, .svg) or numbers (.json, .npz; .npy for one method's signed maps) to write."
                    + " Default: explanation.png for images, the terminal for tables.")
    private @Nullable Path out;

    @Option(
            names = "--class",
            paramLabel = "CLASS",
            defaultValue = "predicted",
            description = "Class that is explained: predicted, runner-up, a number or a name. Default:"
                    + " ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private String wanted;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private MethodOptions parameters;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private LookOptions look;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Most items to explain, taken in turn from each DATA or class. Default: 8 in pictures, 4 with"
                    + " many methods or on the terminal (64 of images named singly), all as numbers.")
    private @Nullable Integer limit;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ClassNames classNames;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work on. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

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
        if (list) {
            print(ExplainText.methods());
            return;
        }
        ResultKind kind = ResultKind.of(out, spec);
        check(kind);
        try (Network network = model.network()) {
            List<MapItem> items = items(network, kind);
            ModelClasses classes = classNames.of(network, model.description(), items, this::say);
            explain(network, kind, items, classes);
        }
    }

    /** The methods, where tables are not known to be tables yet. */
    private List<String> names() {
        return names(true);
    }

    private List<String> names(boolean images) {
        return !methods.isEmpty()
                ? methods.stream().distinct().toList()
                : compare ? Attributions.names() : List.of(images ? FOR_IMAGES : FOR_TABLES);
    }

    private void check(ResultKind kind) {
        String problem = parameters.problem();
        problem = problem == null ? look.problem(kind) : problem;
        if ((limit != null && limit < 1) || threads < 1) {
            problem = "--limit and --threads are at least 1";
        } else if (!betas.isEmpty() && (compare || names().size() > 1)) {
            problem = "--betas shows one method at several smoothings; leave out --compare and name one --method";
        } else if (betas.stream().anyMatch(b -> !(b > 0 && b < Double.POSITIVE_INFINITY))) {
            problem = "--betas are greater than 0";
        } else if (kind == ResultKind.NPY && (compare || !betas.isEmpty() || names().size() > 1)) {
            problem = "An .npy file holds the maps of one method; take .npz for several";
        }
        for (String name : names()) {
            if (problem == null && !Attributions.names().contains(name)) {
                problem = "There is no method '" + name + "'; qualm explain --list tells those there are";
            }
        }
        if (problem != null) {
            throw new ParameterException(spec.commandLine(), problem);
        }
    }

    private List<MapItem> items(Network network, ResultKind kind) {
        boolean few = kind == ResultKind.TERMINAL || names().size() > ExplainPanels.COLUMNS;
        ItemLimit most = new ItemLimit(limit, kind.numbers() ? Integer.MAX_VALUE : few ? 4 : 8);
        MapRows sorted = new MapRows(network, model.description(), preprocessing, options, most.perRow(), most.named());
        List<MapRow> rows = sorted.of(paths);
        sorted.remarks().forEach(this::say);
        List<MapItem> items = most.inTurn(rows);
        int total = rows.stream().mapToInt(MapRow::total).sum();
        if (limit == null && items.size() < total) {
            say("showing " + items.size() + " of " + total + " items; change it with --limit");
        }
        return items;
    }

    private void explain(Network network, ResultKind asked, List<MapItem> items, ModelClasses classes) {
        HeatMaps heat = look.heatMaps(!network.input().type().isFloating());
        MapItem first = items.stream().filter(i -> i.fit() != null).findFirst().orElseThrow();
        MapShape shape = heat.shape(first);
        ResultKind kind = asked == ResultKind.TERMINAL && shape.picture() ? ResultKind.PNG : asked;
        if (kind.picture() && !shape.picture()) {
            throw new QualmException("These items are no images but rows of " + shape.channels()
                    + " features; leave out -o for a table, or name a .json, .npz or .npy file");
        }
        List<String> names = names(shape.picture());
        PixelRange pixels = Objects.requireNonNull(first.fit()).pixels();
        AttributionOptions given = parameters.of(pixels, shape, () -> ItemMeans.perChannel(items, shape));
        parameters.unused(names, given).forEach(o -> say(o + " changes nothing about " + String.join(", ", names)));
        Told told = new Told(classes, heat, ClassChoice.of(wanted, classes), shape);
        if (betas.isEmpty()) {
            compute(
                    network,
                    kind,
                    items,
                    told,
                    ExplainColumns.of(names, given, network, parameters.target(), shape.channelsLast()));
            return;
        }
        requireRelu(network);
        Attribution method = Attributions.of(names.get(0), given);
        try (SmoothedMaps smoothed = SmoothedMaps.of(method, network, parameters.target())) {
            compute(network, kind, items, told, ExplainColumns.of(method, betas, smoothed));
        }
    }

    private static void requireRelu(Network network) {
        if (!Views.isSmoothable(network.graph())) {
            throw new QualmException(
                    "--betas puts softplus in place of Relu and Clip, but this model has no Relu, and no"
                            + " Clip between constants");
        }
    }

    private void compute(Network network, ResultKind kind, List<MapItem> items, Told told, ExplainColumns columns) {
        ExplainNumbers.require(kind, items, columns.columns().size());
        ExplainComputation computation = new ExplainComputation(network, columns.columns(), told.choice, threads);
        long maps = (long) items.size() * columns.columns().size();
        List<ExplainResult> results;
        try (ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), "Explaining", maps)) {
            results = new ArrayList<>(computation.of(items, bar::update));
        }
        ExplainColumns kept = columns.withoutRefused(results);
        write(kind, kept, results, told);
    }

    /** What results need to be told. */
    private record Told(ModelClasses classes, HeatMaps heat, ClassChoice choice, MapShape shape) {}

    private void write(ResultKind kind, ExplainColumns kept, List<ExplainResult> results, Told told) {
        List<ExplainColumn> columns = kept.columns();
        kept.remarks().forEach(this::say);
        ExplainText text = new ExplainText(told.classes, told.heat);
        Path file = out == null ? OTHERWISE : out;
        switch (kind) {
            case TERMINAL -> results.forEach(r -> print(text.features(columns, r)));
            case PNG, SVG -> draw(kind, kept, results, told, file);
            case JSON ->
                new ExplainJson(
                                String.valueOf(model.file().getFileName()),
                                told.classes,
                                told.heat,
                                parameters.target().quantity().label(),
                                provenance(told))
                        .write(columns, results, file);
            case NPY -> new ExplainNumbers(told.classes, told.heat, columns, results).npy(file);
            case NPZ -> new ExplainNumbers(told.classes, told.heat, columns, results).npz(file);
        }
        if (compare) {
            print(text.comparison(columns, results));
        }
        if (!betas.isEmpty()) {
            print(text.smoothings(columns, results));
        }
        remark(columns, results);
        if (kind != ResultKind.TERMINAL) {
            say(String.format(
                    Locale.ROOT,
                    "wrote %s: %d %s by %s",
                    file,
                    results.size(),
                    results.size() == 1 ? "item" : "items",
                    columns.size() == 1 ? columns.get(0).title() : columns.size() + " columns"));
        }
    }

    private void draw(ResultKind kind, ExplainColumns kept, List<ExplainResult> results, Told told, Path file) {
        String how =
                betas.isEmpty() ? "" : ": " + kept.columns().get(0).method().name();
        ExplainNotes notes = new ExplainNotes(
                parameters.target().quantity().label(),
                told.choice.words(told.classes),
                look.note(told.shape.channels()),
                !betas.isEmpty());
        ExplanationSheet sheet = new ExplainPanels(
                        "Explanations of " + model.file().getFileName() + how,
                        told.classes,
                        told.heat,
                        look,
                        notes.of(kept, results))
                .sheet(kept.columns(), results);
        byte[] content = kind == ResultKind.PNG ? sheet.png() : sheet.svg().getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, stream -> stream.write(content));
    }

    private Map<String, String> provenance(Told told) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("class", wanted);
        all.put("reduction", look.reduction());
        all.put("normalisation", look.normalisation());
        all.put("precision", model.precision());
        all.put("classes", Integer.toString(told.classes.count()));
        return all;
    }

    /** What is wrong with single items, and what methods have to say about the network. */
    private void remark(List<ExplainColumn> columns, List<ExplainResult> results) {
        ItemProblems problems = new ItemProblems();
        Map<String, Set<String>> warnings = new LinkedHashMap<>();
        for (ExplainResult r : results) {
            problems.add(r.item().id(), r.worst());
            for (int c = 0; c < columns.size(); c++) {
                String title = columns.get(c).title();
                r.cells()
                        .get(c)
                        .warnings()
                        .forEach(w -> warnings.computeIfAbsent(w, k -> new LinkedHashSet<>())
                                .add(title));
            }
        }
        warnings.forEach((warning, titles) -> say(String.join(", ", titles) + ": " + warning));
        problems.lines().forEach(this::say);
    }

    private void print(List<String> lines) {
        PrintWriter to = spec.commandLine().getOut();
        lines.forEach(line -> to.print(line + "\n"));
        to.flush();
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }
}

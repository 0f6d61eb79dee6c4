package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.AtomicFile;
import dev.qualm.gradient.ClassSelection;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import dev.qualm.report.map.MapFigure;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
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

/** {@code qualm map}. */
@Command(
        name = "map",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Draws cosine similarity maps: do the classes' gradients look as on ordinary inputs?",
            "",
            "One item gives one large map. Several give a montage: a row per DATA, or per class if one DATA has labels,"
                    + " with the mean map first. Where the method works, the predicted class of an ordinary input opposes"
                    + " all others (a blue row), which agree among themselves (an orange block). Colours always run"
                    + " from -1 to 1."
        },
        footer = {"", "Example: qualm map model.onnx clean/ noise/ attacked/ -o maps.png"})
final class MapCommand implements Runnable {
    private static final int IN_A_ROW = 8;
    private static final int ON_A_TERMINAL = 4;
    private static final int NAMED = 64;
    private static final int MOST_ROWS = 40;

    /** Order of rows and columns. */
    enum Sort {
        CLASS,
        LOGIT
    }

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "DATA",
            description = "What to map: " + DataOptions.KINDS + ". May be repeated.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private List<Path> paths;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Picture (.png, .svg) or numbers (.json, .npy, .npz) to write. Without it, numbers go to the"
                    + " terminal.")
    private @Nullable Path out;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "First items of each row to map. Default: 8 in pictures, 4 on the terminal (64 of"
                    + " images named singly), all as numbers.")
    private @Nullable Integer limit;

    @Option(
            names = "--sort",
            paramLabel = "ORDER",
            converter = SortConverter.class,
            description = "Order of the rows: class, or logit with the most likely class first. Default: class, or"
                    + " logit for the most likely classes of many.")
    private @Nullable Sort sort;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ClassNames classNames;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private MapMethod method;

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
        ResultKind kind = ResultKind.of(out, spec);
        check();
        try (Network network = model.network()) {
            requireGradient(network);
            List<MapRow> rows = rows(network, kind);
            ModelClasses classes = classNames.of(
                    network,
                    model.description(),
                    rows.stream().flatMap(r -> r.items().stream()).toList(),
                    this::say);
            CosineSimilarityMaps maps = method.maps(classes.count(), this::say);
            List<MapItem> items = rows.stream().flatMap(r -> r.items().stream()).toList();
            MapNumbers.requireMemory(items.size(), maps.classes().size(classes.count()));
            boolean byLogit = sort == null ? maps.classes() instanceof ClassSelection.Top : sort == Sort.LOGIT;
            List<List<MapResult>> results = byRow(rows, compute(network, maps, classes, items), byLogit);
            write(kind, rows, results, classes, maps, byLogit);
        }
    }

    /** Fails early, and with the operators' names, where no gradient comes back to the input. */
    private static void requireGradient(Network network) {
        String problem = GradientPath.problem(network);
        if (!problem.isEmpty()) {
            throw new QualmException(problem + ". A cosine similarity map needs a differentiable path; scores of the"
                    + " group logits do not");
        }
    }

    private void check() {
        String problem = method.problem();
        if (problem == null && ((limit != null && limit < 1) || threads < 1)) {
            problem = "--limit and --threads are at least 1";
        }
        if (problem != null) {
            throw new ParameterException(spec.commandLine(), problem);
        }
    }

    private List<MapRow> rows(Network network, ResultKind kind) {
        int most = limit != null
                ? limit
                : kind.numbers() ? Integer.MAX_VALUE : kind == ResultKind.TERMINAL ? ON_A_TERMINAL : IN_A_ROW;
        MapRows sorted = new MapRows(
                network,
                model.description(),
                preprocessing,
                options,
                most,
                limit != null ? limit : Math.max(most, NAMED));
        List<MapRow> rows = sorted.of(paths);
        sorted.remarks().forEach(this::say);
        if (!kind.numbers() && rows.size() > MOST_ROWS) {
            say("showing the first " + MOST_ROWS + " of " + rows.size() + " rows");
            rows = rows.subList(0, MOST_ROWS);
        }
        MapRow cut = rows.stream()
                .filter(r -> r.total() > r.items().size())
                .max(Comparator.comparingInt(MapRow::total))
                .orElse(null);
        if (limit == null && cut != null) {
            say("showing the first " + cut.items().size() + " of up to " + cut.total()
                    + " items in each row; change it with --limit");
        }
        return rows;
    }

    private List<MapResult> compute(
            Network network, CosineSimilarityMaps maps, ModelClasses classes, List<MapItem> items) {
        Integer projections = method.projections();
        MapComputation computation =
                new MapComputation(network, maps, projections == null ? 0 : projections, method.seed(), threads);
        try (ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), "Mapping", items.size())) {
            return computation.of(items, classes.count(), bar::update);
        }
    }

    private static List<List<MapResult>> byRow(List<MapRow> rows, List<MapResult> results, boolean byLogit) {
        List<List<MapResult>> sorted = new ArrayList<>();
        int at = 0;
        for (MapRow row : rows) {
            sorted.add(results.subList(at, at + row.items().size()).stream()
                    .map(r -> byLogit ? r.byLogit() : r.byClass())
                    .toList());
            at += row.items().size();
        }
        return sorted;
    }

    private void write(
            ResultKind kind,
            List<MapRow> rows,
            List<List<MapResult>> results,
            ModelClasses classes,
            CosineSimilarityMaps maps,
            boolean byLogit) {
        String title = "Cosine similarity maps of " + model.file().getFileName();
        MapPanels panels = new MapPanels(title, classes, method.note(maps, classes.count()), byLogit);
        MapNumbers numbers = new MapNumbers(classes, parameters(maps), rows, results);
        Path file = out;
        if (file == null) {
            print(rows, results, classes);
        } else {
            switch (kind) {
                case PNG, SVG -> draw(panels.figure(rows, results), kind, file);
                case JSON -> numbers.json(file);
                case NPY -> numbers.npy(file);
                case NPZ -> numbers.npz(file);
                case TERMINAL -> throw new IllegalStateException("A file was named");
            }
        }
        report(results);
    }

    private static void draw(MapFigure figure, ResultKind kind, Path file) {
        byte[] content = kind == ResultKind.PNG ? figure.png() : figure.svg().getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, stream -> stream.write(content));
    }

    private Map<String, String> parameters(CosineSimilarityMaps maps) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("model", String.valueOf(model.file().getFileName()));
        all.put("sign", Boolean.toString(maps.sign()));
        all.put("rescale", Boolean.toString(maps.rescale()));
        all.put("channels", Choice.written(maps.channels()));
        all.put("classes", maps.classes() instanceof ClassSelection.Top top ? "top " + top.k() : "all");
        if (method.projections() != null) {
            all.put("projections", String.valueOf(method.projections()));
            all.put("seed", Long.toString(method.seed()));
        }
        return all;
    }

    private void print(List<MapRow> rows, List<List<MapResult>> results, ModelClasses classes) {
        PrintWriter to = spec.commandLine().getOut();
        MapText text = new MapText(classes);
        for (int r = 0; r < rows.size(); r++) {
            String title = rows.size() == 1 ? "" : rows.get(r).title();
            for (MapResult result : results.get(r)) {
                text.lines(title, result).forEach(line -> to.print(line + "\n"));
            }
        }
        to.flush();
    }

    private void report(List<List<MapResult>> results) {
        ItemProblems problems = new ItemProblems();
        results.forEach(row -> row.forEach(r -> problems.add(r.item().id(), r.status())));
        problems.lines().forEach(this::say);
        int n = results.stream().mapToInt(List::size).sum();
        if (out != null) {
            say("wrote " + out + ": " + n + (n == 1 ? " map" : " maps"));
        }
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }

    static final class SortConverter extends Choice<Sort> {
        SortConverter() {
            super(EnumSet.allOf(Sort.class));
        }
    }
}

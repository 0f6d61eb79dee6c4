package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.AtomicFile;
import dev.qualm.data.Dataset;
import dev.qualm.data.ModelDescription;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.Scores;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.fitted.ModelPlace;
import dev.qualm.gradient.ClassSelection;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qualm score}. */
@Command(
        name = "score",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Predicts every item of some data and scores how far to distrust each prediction.",
            "",
            "Prints one JSON object a line: id, prediction, class, confidence, scores (larger = less trustworthy),"
                    + " status."
                    + " An item that cannot be read gets a status that says why; the others are scored all the same."
        },
        footer = {
            "",
            "Scores by group, with their passes over the network for K classes:",
            "  logits (1)     msp, max-logit, energy, entropy, margin, gen",
            "  (1)            gradnorm",
            "  gradients (3)  grad-max, grad-min, grad-mean, grad-std, grad-l1, grad-l2",
            "  gga (K)        gga-row, gga-rest, gga-mean, gga-std",
            "  all            all of these",
            "  (1 + mutants)  lcr, with --pool",
            "  (6 and more)   conductance, with --detector",
            "",
            "Detectors of --detector that qualm fit --detectors wrote are scored beside them; alone, if --scores is not given."
                    + " They are calibrated, so each line has verdicts too: of each detector, and an overall one."
                    + " MODEL may be their .qualm file alone, if the network is where it was or beside it.",
            "",
            "Example: qualm score detectors.qualm images/ --alpha 0.05"
        })
final class Score implements Runnable {
    /** Classes in a map where there are many. */
    private static final int MAPPED = 10;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ModelOptions model;

    @Parameters(index = "1", paramLabel = "DATA", description = "What to score: " + DataOptions.KINDS + ".")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Path dataPath;

    @Option(
            names = "--scores",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "msp,energy,gen,gradnorm",
            description = "Scores or groups of scores, see below. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private List<String> names;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "gga scores compare the N most likely classes of each item, in N + 1 passes. Default: all,"
                    + " or 10 if the model has more than 100.")
    private @Nullable Integer topK;

    @Option(
            names = "--sign",
            negatable = true,
            description = "Whether gga scores see only the signs of gradient entries. Default: they do.")
    private @Nullable Boolean sign;

    @Option(
            names = "--rescale",
            negatable = true,
            description = "Whether gga scores scale the logits to a largest magnitude of 10. Default: they do.")
    private @Nullable Boolean rescale;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private MutantScores mutants;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private VerdictOptions verdicts;

    @Option(names = "--out", paramLabel = "FILE", description = "Write to FILE instead of standard output.")
    private @Nullable Path out;

    @Option(
            names = "--plan",
            description = "Print what scoring will cost in passes per item, and which scores share it, and stop.")
    private boolean plan;

    @Option(names = "--skip", paramLabel = "N", description = "Leave out the first N items.")
    private int skip;

    @Option(names = "--limit", paramLabel = "N", description = "Score the first N items only, after those left out.")
    private int limit = Integer.MAX_VALUE;

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
        if (limit < 1 || threads < 1 || skip < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--limit and --threads are at least 1, --skip is at least 0");
        }
        if (topK != null && topK < 3) {
            throw new ParameterException(
                    spec.commandLine(), "--top-k is at least 3: fewer classes leave nothing beside the predicted one");
        }
        verdicts.check(spec.commandLine());
        if (model.isArtifact()) {
            mutants.use(model.given(), spec.commandLine());
            model.use(verdicts.model() == null ? ModelPlace.find(model.given()) : verdicts.model());
        } else if (verdicts.model() != null) {
            throw new ParameterException(
                    spec.commandLine(), "--model belongs to a .qualm file as MODEL; give one of them");
        }
        List<String> cleaned =
                names.stream().map(n -> n.strip().toLowerCase(Locale.ROOT)).toList();
        List<dev.qualm.detect.Score> asked = new ArrayList<>(Scores.of(
                cleaned.stream().filter(n -> !MutantScores.NAMES.contains(n)).toList()));
        try (Network network = model.network();
                MutantScores.Made made = mutants.scores(cleaned, network, this::say)) {
            asked.addAll(made.scores());
            FittedDetectors fitted = mutants.detectors(network);
            if (fitted != null) {
                add(fitted, asked);
            }
            ModelDescription description = model.description();
            Dataset stored = options.open(dataPath, List.of());
            InputFit fit = InputFit.of(network, description, preprocessing, someOf(stored));
            fit.remarks().forEach(this::say);
            if (fitted != null) {
                DetectorsText.otherSteps(fitted, fit.steps(), preprocessing).ifPresent(this::say);
            }
            ModelClasses classes = ModelClasses.of(
                    ModelClasses.count(network, fit.data()),
                    description.classes(),
                    "the description beside the model",
                    this::say);
            List<dev.qualm.detect.Score> computable = computable(network, asked, classes.count());
            CosineSimilarityMaps maps = CosineSimilarityMaps.defaults()
                    .withSign(sign == null || sign)
                    .withRescale(rescale == null || rescale)
                    .withClasses(selection(computable, classes.count()));
            Scorer scorer = new Scorer(network, computable, threads).withMaps(maps);
            if (plan) {
                PlanText.print(scorer.plan(classes.count()), spec.commandLine().getOut());
                return;
            }
            ScoreRun work = new ScoreRun(
                    fit.data(),
                    verdicts.judge(spec.commandLine(), fitted, network, scorer, this::say),
                    fitted,
                    new ScoreLines(classes.names(), stored.classes()),
                    spec.commandLine().getErr(),
                    this::say);
            if (out == null) {
                work.write(spec.commandLine().getOut());
            } else {
                AtomicFile.write(out, stream -> {
                    PrintWriter file = new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
                    work.write(file);
                    file.flush();
                });
            }
        }
    }

    private Dataset someOf(Dataset stored) {
        if (skip >= stored.size()) {
            throw new QualmException("Expected more than " + skip + " items, as --skip leaves these out, but found "
                    + stored.size() + " in " + dataPath);
        }
        return stored.slice(skip, (int) Math.min(stored.size(), (long) skip + limit));
    }

    /** What was fitted replaces scores of the same name, and those that nobody asked for. */
    private void add(FittedDetectors fitted, List<dev.qualm.detect.Score> asked) {
        if (!spec.commandLine().getParseResult().hasMatchedOption("--scores")) {
            asked.clear();
        }
        List<String> names = fitted.scores().stream().map(DetectorScore::name).toList();
        asked.removeIf(s -> names.contains(s.name()));
        asked.addAll(fitted.scores());
        say(fitted.toString());
    }

    /** The scores this network has; says why it lacks the others. */
    private List<dev.qualm.detect.Score> computable(Network network, List<dev.qualm.detect.Score> asked, int classes) {
        Map<String, List<String>> refused = new LinkedHashMap<>();
        List<dev.qualm.detect.Score> kept = new ArrayList<>();
        for (dev.qualm.detect.Score s : asked) {
            String reason = s.refusal(network, classes);
            if (reason == null) {
                kept.add(s);
            } else {
                refused.computeIfAbsent(reason, k -> new ArrayList<>()).add(s.name());
            }
        }
        refused.forEach((reason, scores) -> say("left out " + String.join(", ", scores) + ": " + reason));
        if (kept.isEmpty()) {
            throw new QualmException("None of the scores asked for exists for this model; choose others with --scores");
        }
        return kept;
    }

    /** All classes, or the most likely ones where that was asked for or all would take very long. */
    private ClassSelection selection(List<dev.qualm.detect.Score> scores, int classes) {
        boolean maps = scores.stream().anyMatch(s -> s.source() == dev.qualm.detect.Score.Source.INPUT_GRADIENTS);
        if (!maps || (topK == null ? classes <= ModelClasses.MANY : topK >= classes)) {
            return ClassSelection.all();
        }
        int k = topK == null ? MAPPED : topK;
        if (topK == null) {
            say("gga scores compare the " + k + " most likely of the " + classes + " classes, in " + (k + 1)
                    + " passes an item; all would need " + classes + ". Change it with --top-k");
        }
        return ClassSelection.top(k);
    }

    private void say(String text) {
        spec.commandLine().getErr().println("qualm: " + text);
        spec.commandLine().getErr().flush();
    }
}

package dev.qualm.cli;

import dev.qualm.data.Dataset;
import dev.qualm.data.ModelDescription;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.Scores;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.evaluate.Evaluator;
import dev.qualm.network.Network;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The detectors of an evaluation, as they are typed. */
final class EvaluateDetectors {
    @Option(
            names = "--detectors",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Published detectors to fit on --fit, each as name or name:parameter=value; 'all' for all that the model"
                            + " allows. An unknown name lists them.")
    private @Nullable List<String> names;

    @Option(
            names = "--fit",
            paramLabel = "DATA",
            description = "Trusted items to fit --detectors on, none of them tested.")
    private @Nullable Path fitPath;

    @Option(names = "--fit-limit", paramLabel = "N", description = "Fit on the first N items only.")
    private int fitLimit = Integer.MAX_VALUE;

    @Option(
            names = "--detector",
            paramLabel = "FILE",
            description = "Detectors fitted by 'qualm fit --detectors', in place of --detectors and --fit.")
    private @Nullable Path file;

    @Option(
            names = "--scores",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Scores that need no fit, or groups of them, as 'qualm score --scores' takes them. msp, energy and gen"
                            + " are always there.")
    private List<String> scores = List.of();

    /** @throws ParameterException if the options contradict each other */
    void check(CommandLine command, boolean severalModels) {
        String problem = null;
        if ((names == null) != (fitPath == null)) {
            problem = "--detectors and --fit belong together: say what to fit, and on which trusted items";
        } else if (file != null && names != null) {
            problem = "Give --detectors with --fit, or --detector with what was fitted, not both";
        } else if (file != null && severalModels) {
            problem = "--detector belongs to one model; for several give --detectors and --fit, to fit them for each";
        } else if (fitLimit < 1) {
            problem = "--fit-limit is at least 1";
        }
        if (problem != null) {
            throw new ParameterException(command, problem);
        }
    }

    /**
     * Ready to score.
     *
     * @param fromFile detectors that were read from a file, perhaps with a calibration; null if they were fitted here
     */
    record Made(Evaluator evaluator, @Nullable FittedDetectors fromFile) {}

    /** Fits or reads them, and puts the scores that need no fit beside them. */
    Made evaluator(
            Network network,
            ModelDescription description,
            PreprocessOptions preprocessing,
            DataOptions options,
            int threads,
            PrintWriter err,
            Consumer<String> say) {
        Scorer scorer = new Scorer(network, Scores.of(scores), threads);
        if (file != null) {
            FittedDetectors read = FittedDetectors.load(file, network);
            return new Made(Evaluator.of(scorer, read), read);
        }
        if (names == null || fitPath == null) {
            return new Made(Evaluator.of(scorer), null);
        }
        boolean labelled = options.open(fitPath, List.of()).labelled();
        Dataset data;
        if (labelled) {
            LabelledItems items = LabelledItems.open(fitPath, network, description, preprocessing, options, fitLimit);
            items.remarks().forEach(say);
            data = items.data();
        } else {
            InputFit fit = InputFit.of(
                    network,
                    description,
                    preprocessing,
                    options.open(fitPath, List.of()).take(fitLimit));
            data = fit.data();
        }
        try (ProgressBar bar = new ProgressBar(err, "Fitting", data.size())) {
            NamedDetectors asked = NamedDetectors.of(names, say);
            FittedDetectors fitted =
                    DetectorFit.fit(network, data, labelled, asked.detectors(), asked.left(), threads, bar::update);
            return new Made(Evaluator.of(scorer, fitted), null);
        }
    }
}

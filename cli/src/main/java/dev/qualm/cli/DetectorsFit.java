package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.data.Dataset;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.Preprocessing;
import dev.qualm.detect.decision.CalibratedFit;
import dev.qualm.detect.decision.CombinedFit;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.meta.MetaRecipe;
import dev.qualm.network.Network;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Published detectors, fitted together in one pass. */
final class DetectorsFit {
    /** Share of the trusted items to calibrate on: as for thresholds of the other detector. */
    private static final double SHARE = 0.4;

    /** What only the detector of wrong predictions takes. */
    private static final List<String> OTHERS = List.of(
            "--detector",
            "--first",
            "--second",
            "--reference",
            "--rule",
            "--pool",
            "--threshold-data",
            "--threshold-share",
            "--training-data",
            "--on-training-set",
            "--alpha",
            "--beta",
            "--delta");

    /** Where trusted items come from. */
    record From(
            Path path,
            ModelDescription description,
            PreprocessOptions preprocessing,
            DataOptions options,
            int limit,
            int threads,
            long seed) {
        From at(Path other) {
            return new From(other, description, preprocessing, options, limit, threads, seed);
        }
    }

    @Option(
            names = "--detectors",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Published detectors to fit, each as name or name:parameter=value; 'all' for all that the model and"
                            + " the data allow. An unknown name lists them all. Labels of the data are used where there are some, predictions otherwise.")
    private @Nullable List<String> names;

    @Option(
            names = "--meta",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Fit these detectors and a combination of them, named meta, that learns from labelled --id data"
                            + " which predictions are wrong. Detectors, combination and calibration have items of their own.")
    private @Nullable List<String> meta;

    @Option(
            names = "--outliers",
            paramLabel = "PATH[#CLASS,...]",
            description = "Known unknowns, which --meta learns to distrust too. May be repeated.")
    private List<String> outliers = List.of();

    @Option(
            names = "--calibration-share",
            paramLabel = "S",
            description =
                    "Share of the trusted items that --detectors are not fitted but calibrated on, drawn by content"
                            + " and --seed; 0 for none. Default: 0.4.")
    private @Nullable Double share;

    @Option(
            names = "--calibrate",
            paramLabel = "DATA",
            description = "Calibrate --detectors on these trusted items instead, which neither the model was trained on"
                    + " nor the detectors are fitted on.")
    private @Nullable Path calibration;

    boolean asked() {
        return names != null || meta != null;
    }

    /** @throws ParameterException if these options are given for the other detector, which is fitted alone */
    void requireNone(CommandLine command) {
        if (share != null || calibration != null || !outliers.isEmpty()) {
            throw new ParameterException(
                    command,
                    outliers.isEmpty()
                            ? "--calibration-share and --calibrate belong to --detectors"
                            : "--outliers belong to --meta");
        }
    }

    /** @throws ParameterException if options of the other detector were given too, or do not go together */
    void requireAlone(CommandLine command) {
        if (meta == null ? !outliers.isEmpty() : names != null) {
            throw new ParameterException(
                    command,
                    meta == null
                            ? "--outliers belong to --meta"
                            : "Give --detectors or --meta, which fits its own, not both");
        }
        if (share != null && (calibration != null || !(share >= 0 && share < 1))) {
            throw new ParameterException(
                    command,
                    calibration == null
                            ? "--calibration-share is at least 0 and below 1"
                            : "Give --calibrate or --calibration-share, not both");
        }
        for (String name : OTHERS) {
            if (command.getParseResult().hasMatchedOption(name)) {
                throw new ParameterException(
                        command,
                        name + " belongs to the detector of wrong predictions; fit it by"
                                + " itself, without --detectors, into a file of its own");
            }
        }
    }

    FittedDetectors fit(Network network, From from, PrintWriter err) {
        Consumer<String> say = text -> {
            err.println("qualm: " + text);
            err.flush();
        };
        NamedDetectors asked = NamedDetectors.of(Objects.requireNonNull(meta == null ? names : meta), say);
        Trusted trusted = Trusted.open(network, from, err);
        double kept = calibration != null ? 0 : share == null ? SHARE : share;
        FittedDetectors fitted;
        try (ProgressBar bar = new ProgressBar(err, "Fitting", trusted.data.size())) {
            fitted = meta != null
                    ? combined(network, trusted, asked, kept, from, bar)
                    : plain(network, trusted, asked, kept, from, bar);
        }
        if (calibration != null) {
            Trusted other = Trusted.open(network, from.at(calibration), err);
            try (ProgressBar bar = new ProgressBar(err, "Calibrating", other.data.size())) {
                fitted = meta == null
                        ? CalibratedFit.calibrate(fitted, network, other.data, from.threads, bar::update)
                        : CombinedFit.calibrate(fitted, network, other.data, from.threads, bar::update);
            }
        }
        return new FittedDetectors(
                fitted.modelHash(),
                fitted.site(),
                fitted.scores(),
                fitted.items(),
                fitted.provenance().with(DetectorsText.STEPS, DetectorsText.steps(trusted.steps)),
                fitted.calibration());
    }

    private static FittedDetectors plain(
            Network network, Trusted trusted, NamedDetectors asked, double kept, From from, ProgressBar bar) {
        return kept == 0
                ? DetectorFit.fit(
                        network,
                        trusted.data,
                        trusted.labelled,
                        asked.detectors(),
                        asked.left(),
                        from.threads,
                        bar::update)
                : CalibratedFit.fit(
                        network,
                        trusted.data,
                        trusted.labelled,
                        asked.detectors(),
                        asked.left(),
                        kept,
                        from.seed,
                        from.threads,
                        bar::update);
    }

    private FittedDetectors combined(
            Network network, Trusted trusted, NamedDetectors asked, double kept, From from, ProgressBar bar) {
        if (!trusted.labelled) {
            throw new QualmException(
                    "--meta learns which predictions are wrong: expected labelled items, but found none" + " in "
                            + from.path + "; label them, or fit with --detectors");
        }
        List<Dataset> unknown = outliers.stream()
                .map(text -> EvaluateSets.Named.of(text).open(from.options).withoutLabels())
                .map(stored -> InputFit.of(network, from.description, from.preprocessing, stored.take(from.limit))
                        .data())
                .toList();
        MetaRecipe recipe =
                new MetaRecipe(MetaRecipe.defaults().l2(), MetaRecipe.defaults().folds(), from.seed);
        return CombinedFit.fit(
                        network,
                        trusted.data,
                        unknown,
                        asked.detectors(),
                        asked.left(),
                        recipe,
                        kept,
                        from.threads,
                        bar::update)
                .detectors();
    }

    /** Trusted items of classes that the model knows, if they have any. */
    private record Trusted(Dataset data, boolean labelled, Preprocessing steps) {
        static Trusted open(Network network, From from, PrintWriter err) {
            Dataset stored = from.options.open(from.path, List.of());
            boolean labelled = stored.labelled();
            InputFit fit;
            Dataset data;
            List<String> remarks;
            if (labelled) {
                LabelledItems items = LabelledItems.open(
                        from.path, network, from.description, from.preprocessing, from.options, from.limit);
                fit = items.fit();
                data = items.data();
                remarks = items.remarks();
            } else {
                fit = InputFit.of(network, from.description, from.preprocessing, stored.take(from.limit));
                data = fit.data();
                remarks = fit.remarks();
            }
            remarks.forEach(r -> err.println("qualm: " + r));
            err.flush();
            return new Trusted(data, labelled, fit.steps());
        }
    }
}

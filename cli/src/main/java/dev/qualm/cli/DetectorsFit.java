package dev.qualm.cli;

import dev.qualm.data.Dataset;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.Preprocessing;
import dev.qualm.detect.decision.CalibratedFit;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.network.Network;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
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
                    "Published detectors to fit, each as name or name:parameter=value. An unknown name lists them all."
                            + " Labels of the data are used where there are some, predictions otherwise.")
    private @Nullable List<String> names;

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
        return names != null;
    }

    /** @throws ParameterException if these options are given for the other detector, which is fitted alone */
    void requireNone(CommandLine command) {
        if (share != null || calibration != null) {
            throw new ParameterException(command, "--calibration-share and --calibrate belong to --detectors");
        }
    }

    /** @throws ParameterException if options of the other detector were given too, or do not go together */
    void requireAlone(CommandLine command) {
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
        List<Detector> detectors = (names == null ? List.<String>of() : names)
                .stream().map(Detectors::parse).toList();
        Trusted trusted = Trusted.open(network, from, err);
        double kept = calibration != null ? 0 : share == null ? SHARE : share;
        FittedDetectors fitted;
        try (ProgressBar bar = new ProgressBar(err, "Fitting", trusted.data.size())) {
            fitted = kept == 0
                    ? DetectorFit.fit(network, trusted.data, trusted.labelled, detectors, from.threads, bar::update)
                    : CalibratedFit.fit(
                            network,
                            trusted.data,
                            trusted.labelled,
                            detectors,
                            kept,
                            from.seed,
                            from.threads,
                            bar::update);
        }
        if (calibration != null) {
            Trusted other = Trusted.open(network, from.at(calibration), err);
            try (ProgressBar bar = new ProgressBar(err, "Calibrating", other.data.size())) {
                fitted = CalibratedFit.calibrate(fitted, network, other.data, from.threads, bar::update);
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

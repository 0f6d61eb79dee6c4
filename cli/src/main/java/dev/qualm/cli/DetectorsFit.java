package dev.qualm.cli;

import dev.qualm.data.Dataset;
import dev.qualm.data.ModelDescription;
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
    /** What only the detector of wrong predictions takes. */
    private static final List<String> OTHERS = List.of(
            "--detector",
            "--first",
            "--second",
            "--reference",
            "--rule",
            "--seed",
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
            int threads) {}

    @Option(
            names = "--detectors",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Published detectors to fit, each as name or name:parameter=value. An unknown name lists them all."
                            + " Labels of the data are used where there are some, predictions otherwise.")
    private @Nullable List<String> names;

    boolean asked() {
        return names != null;
    }

    /** @throws ParameterException if options of the other detector were given too */
    void requireAlone(CommandLine command) {
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
        boolean labelled = from.options.open(from.path, List.of()).labelled();
        Dataset data;
        List<String> remarks;
        if (labelled) {
            LabelledItems items = LabelledItems.open(
                    from.path, network, from.description, from.preprocessing, from.options, from.limit);
            data = items.data();
            remarks = items.remarks();
        } else {
            Dataset stored = from.options.open(from.path, List.of()).take(from.limit);
            InputFit fit = InputFit.of(network, from.description, from.preprocessing, stored);
            data = fit.data();
            remarks = fit.remarks();
        }
        remarks.forEach(r -> err.println("qualm: " + r));
        err.flush();
        try (ProgressBar bar = new ProgressBar(err, "Fitting", data.size())) {
            return DetectorFit.fit(network, data, labelled, detectors, from.threads, bar::update);
        }
    }
}

package dev.qualm.cli.benchmark;

import dev.qualm.cli.ProgressBar;
import dev.qualm.detect.Score;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.evaluate.Evaluator;
import dev.qualm.network.Network;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Every detector of the registry, with its defaults but for those that are numbers of the model's input. */
final class BenchmarkDetectors {
    /** They need items that the model was not trained on. */
    private static final Set<String> HELD = Set.of("msp-temperature", "rel-u");

    /** Of ODIN, in units of a pixel's range, as published. */
    private static final double STEP = 0.0014;

    private BenchmarkDetectors() {}

    /**
     * The detectors by name.
     *
     * @param names those asked for, or none for all
     */
    static List<Detector> of(List<String> names, BenchmarkData data) {
        List<Detector> out = new ArrayList<>();
        for (String name : names.isEmpty() ? Detectors.names() : names) {
            out.add(Detectors.parse(text(name, data)));
        }
        return out;
    }

    private static String text(String name, BenchmarkData data) {
        return switch (name) {
            case "squeeze" -> "squeeze:low=" + number(data.range()[0]) + ":high=" + number(data.range()[1]);
            case "odin" -> "odin:epsilon=" + number(STEP / data.std()[0]);
            default -> name;
        };
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** Fits them, each on the items that it may learn from, and puts them beside the floor. */
    static Evaluator fit(Network network, List<Detector> detectors, BenchmarkData data, int threads, PrintWriter err) {
        List<Score> scores = new ArrayList<>();
        Evaluator evaluator = Evaluator.of(new Scorer(network, List.of(), threads));
        for (boolean held : new boolean[] {false, true}) {
            List<Detector> some = detectors.stream()
                    .filter(d -> HELD.contains(d.about().name()) == held)
                    .toList();
            if (some.isEmpty()) {
                continue;
            }
            var items = held ? data.held() : data.training();
            try (ProgressBar bar = new ProgressBar(err, "Fitting", items.size())) {
                FittedDetectors fitted = DetectorFit.fit(network, items, true, some, threads, bar::update);
                scores.addAll(fitted.scores());
                evaluator = evaluator.withUnseen(held ? "detectors of held-out items" : "detectors", fitted.items());
            }
        }
        return new Evaluator(new Scorer(network, scores, threads), evaluator.fitted());
    }
}

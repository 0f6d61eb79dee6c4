package dev.qualm.cli;

import dev.qualm.attack.AttackSettings;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.data.Dataset;
import dev.qualm.detect.Score;
import dev.qualm.detect.decision.CalibratedDetectors;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.evaluate.DetectorCost;
import dev.qualm.evaluate.EvaluationException;
import dev.qualm.evaluate.ScoredModel;
import dev.qualm.evaluate.adaptive.AdaptiveEvaluation;
import dev.qualm.evaluate.adaptive.LadderResult;
import dev.qualm.evaluate.adaptive.LadderSettings;
import dev.qualm.network.Network;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Attacks on the detectors of an evaluation, as they are typed. */
final class AdaptiveOptions {
    @Option(
            names = "--adaptive",
            paramLabel = "N",
            description =
                    "Also attack the detectors themselves, together with the model, on N ordinary items within --eps, from"
                            + " attackers who know nothing to those who know everything. Takes the stamp NON-ADAPTIVE"
                            + " off them. --steps, --restarts, --queries and --seed hold for these attacks too; theirs"
                            + " are 40, 2 and 500.")
    private @Nullable Integer items;

    @Option(
            names = "--adaptive-detectors",
            paramLabel = "NAME",
            split = ",",
            description = "Those to attack, as the tables name them. Default: all.")
    private @Nullable List<String> names;

    @Option(
            names = "--adaptive-share",
            paramLabel = "S",
            description =
                    "Share of the ordinary items that are not attacked but tell the threshold of detectors without"
                            + " a calibration. Default: 0.5.")
    private @Nullable Double share;

    @Option(
            names = "--alpha",
            paramLabel = "RATE",
            description = "Rate of false alarms that the attacked detectors are allowed. Default: 0.05.")
    private @Nullable Double alpha;

    @Option(
            names = "--lambdas",
            paramLabel = "N",
            description = "Weights of the detector in the joint loss that are tried per item. Default: 5.")
    private @Nullable Integer lambdas;

    boolean asked() {
        return items != null;
    }

    /** @throws ParameterException if the options contradict each other */
    void check(CommandLine command, boolean bounded) {
        String problem = null;
        if (items == null && (names != null || share != null || alpha != null || lambdas != null)) {
            problem = "--adaptive-detectors, --adaptive-share, --alpha and --lambdas belong to --adaptive N";
        } else if (items != null && !bounded) {
            problem = "--adaptive needs --eps, how far items may be moved";
        } else if (items != null && items < 1) {
            problem = "--adaptive is at least 1";
        } else if ((share != null && !(share > 0 && share < 1)) || (alpha != null && !(alpha > 0 && alpha < 1))) {
            problem = "--adaptive-share and --alpha are above 0 and below 1";
        } else if (lambdas != null && lambdas < 1) {
            problem = "--lambdas is at least 1";
        }
        if (problem != null) {
            throw new ParameterException(command, problem);
        }
    }

    /**
     * Attacks the detectors of one model.
     *
     * @param scores all of its detectors
     * @param fitted those with a calibration of their own, or null
     */
    Map<String, LadderResult> run(
            Network network,
            List<Score> scores,
            @Nullable FittedDetectors fitted,
            ScoredModel scored,
            Dataset id,
            Budget budget,
            Box box,
            LadderSettings settings,
            PrintWriter err) {
        if (items == null) {
            return Map.of();
        }
        List<String> there = scored.detectors().stream().map(DetectorCost::name).toList();
        if (names != null && !there.containsAll(names)) {
            throw new EvaluationException(
                    "Expected --adaptive-detectors among those of the tables, " + there + ", but found " + names);
        }
        List<String> wanted = names == null ? there : names;
        AdaptiveEvaluation evaluation = new AdaptiveEvaluation(
                budget,
                box,
                settings,
                alpha == null ? CalibratedDetectors.ALPHA : alpha,
                items,
                share == null ? AdaptiveEvaluation.SHARE : share);
        try (EvaluateProgress progress = new EvaluateProgress(err)) {
            return evaluation.run(
                    network,
                    scores.stream().filter(s -> wanted.contains(s.name())).toList(),
                    scored,
                    id,
                    fitted,
                    progress);
        }
    }

    /** @param given options that hold for all attacks */
    LadderSettings settings(AttackSettings given, int threads) {
        LadderSettings s = LadderSettings.of(given.seed()).withThreads(threads);
        Integer steps = given.steps();
        Integer restarts = given.restarts();
        Integer queries = given.queries();
        s = steps == null ? s : s.withSteps(steps);
        s = s.withSearch(
                restarts == null ? s.search().restarts() : restarts,
                lambdas == null ? s.search().lambdas() : lambdas);
        return queries == null ? s : s.withQueries(queries, Math.min(s.queries().samples(), Math.max(1, queries / 3)));
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.detect.Score;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.decision.CalibratedDetectors;
import dev.qualm.detect.decision.CombinedFit;
import dev.qualm.detect.decision.DecisionSettings;
import dev.qualm.detect.decision.FalseDiscoveries;
import dev.qualm.detect.decision.TierSettings;
import dev.qualm.detect.decision.TieredDetectors;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.verdict.CalibrationException;
import dev.qualm.detect.verdict.Guarantee;
import dev.qualm.detect.verdict.Marginal;
import dev.qualm.detect.verdict.TrainingConditional;
import dev.qualm.network.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which verdicts are given with calibrated detectors. */
final class VerdictOptions {
    private static final String FDR = "--fdr";
    private static final String CASCADE = "--cascade";
    private static final String TIERS = "--tiers";
    private static final String SMOOTHED = "--smoothed";
    private static final String DELTA = "--delta";
    private static final String ALPHA = "--alpha";
    private static final String BY_CLASS = "--by-class";
    private static final String DECIDE = "--decide";

    /** Two options that contradict each other. */
    private static final List<List<String>> APART = List.of(
            List.of(FDR, ALPHA),
            List.of(FDR, DELTA),
            List.of(FDR, SMOOTHED),
            List.of(FDR, CASCADE),
            List.of(SMOOTHED, DELTA),
            List.of(CASCADE, BY_CLASS),
            List.of(CASCADE, SMOOTHED),
            List.of(CASCADE, DECIDE),
            List.of(CASCADE, "--scores"));

    private static final List<String> ALL =
            List.of(ALPHA, DELTA, SMOOTHED, BY_CLASS, DECIDE, FDR, CASCADE, TIERS, "--stale-level");

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description =
                    "The network, if MODEL is a .qualm file and the network is neither where it was nor beside it.")
    private @Nullable Path model;

    @Option(
            names = ALPHA,
            paramLabel = "RATE",
            description = "Verdicts of calibrated detectors: alarm falsely for at most this share of ordinary items."
                    + " Default: 0.05.")
    private @Nullable Double alpha;

    @Option(
            names = DELTA,
            paramLabel = "SHARE",
            description = "Keep the rate for all but this share of calibration sets, instead of on average over them.")
    private @Nullable Double delta;

    @Option(
            names = SMOOTHED,
            paramLabel = "SEED",
            description =
                    "Break ties between scores by random numbers from this seed, so that the rate is met, not only"
                            + " kept.")
    private @Nullable Long smoothed;

    @Option(names = BY_CLASS, description = "Keep the rate among the predictions of each class.")
    private boolean byClass;

    @Option(
            names = DECIDE,
            paramLabel = "NAME",
            description = "The detector that gives the overall verdict; or any: each at an equal part of the rate, so"
                    + " that all their alarms together keep it. Default: the first.")
    private @Nullable String decider;

    @Option(
            names = FDR,
            paramLabel = "LEVEL",
            description =
                    "Instead, flag items of all such that on average at most this share of the flagged is ordinary"
                            + " (Benjamini-Hochberg). Nothing is printed before everything is scored.")
    private @Nullable Double fdr;

    @Option(
            names = CASCADE,
            paramLabel = "NAME",
            split = ",",
            description = "Ask these detectors one after the other, each only about items that those before leave"
                    + " undecided. The rate is that of the final verdicts.")
    private @Nullable List<String> cascade;

    @Option(
            names = TIERS,
            paramLabel = "NAME",
            split = ",",
            description = "Those of --cascade that may be asked now; this mode has a calibration of its own.")
    private @Nullable List<String> tiers;

    @Option(
            names = "--stale-level",
            paramLabel = "P",
            description = "Chance to ever call a good calibration stale; 0 does not watch. Default: ${DEFAULT-VALUE}.")
    private double staleLevel = 0.01;

    private boolean staleGiven;

    /** The network's file, or null if the command line does not say. */
    @Nullable
    Path model() {
        return model;
    }

    /** @throws ParameterException if options contradict each other */
    void check(CommandLine command) {
        CommandLine.ParseResult given = command.getParseResult();
        for (List<String> pair : APART) {
            if (pair.stream().allMatch(given::hasMatchedOption)) {
                throw new ParameterException(command, "Give " + pair.get(0) + " or " + pair.get(1) + ", not both");
            }
        }
        if (tiers != null && cascade == null) {
            throw new ParameterException(command, "--tiers names those of --cascade; give --cascade too");
        }
        if (!(staleLevel >= 0 && staleLevel < 1)) {
            throw new ParameterException(command, "--stale-level is at least 0 and below 1");
        }
    }

    /**
     * How items are judged.
     *
     * @param fitted the detectors of the command line, or null
     * @param scorer of all scores asked for, those of the detectors among them
     * @param say told why there are no verdicts, if nobody asked for any
     */
    ItemJudge judge(
            CommandLine command,
            @Nullable FittedDetectors fitted,
            Network network,
            Scorer scorer,
            Consumer<String> say) {
        staleGiven = command.getParseResult().hasMatchedOption("--stale-level");
        boolean asked = ALL.stream().anyMatch(command.getParseResult()::hasMatchedOption);
        if (fitted == null) {
            if (asked) {
                throw new QualmException("Verdicts need calibrated detectors: make them with"
                        + " qualm fit MODEL --id DATA --detectors NAME,... -o detectors.qualm, and add"
                        + " --detector detectors.qualm");
            }
            return ItemJudge.scores(scorer);
        }
        if (fitted.calibration() == null) {
            String problem =
                    "these detectors are not calibrated: fit them again; qualm fit keeps a share of the data for"
                            + " that, or takes other data with --calibrate";
            if (asked) {
                throw new QualmException("No verdicts, since " + problem);
            }
            say.accept("no verdicts: " + problem);
            return ItemJudge.scores(scorer);
        }
        try {
            return calibrated(fitted, network, scorer);
        } catch (CalibrationException e) {
            if (asked) {
                throw e;
            }
            say.accept("no verdicts: " + e.getMessage());
            return ItemJudge.scores(scorer);
        }
    }

    private ItemJudge calibrated(FittedDetectors fitted, Network network, Scorer scorer) {
        double rate = alpha == null ? CalibratedDetectors.ALPHA : alpha;
        Guarantee guarantee = delta == null ? new Marginal(rate) : new TrainingConditional(rate, delta);
        if (cascade != null) {
            TieredDetectors made = TieredDetectors.of(
                            fitted, network, TierSettings.of(cascade, guarantee).withAvailable(tiers))
                    .withThreads(scorer.threads());
            return ItemJudge.tiers(made, guarantee, watched() ? made.watch(staleLevel, 0) : null);
        }
        DecisionSettings settings = new DecisionSettings(guarantee, null, byClass, decider);
        settings = smoothed == null ? settings : settings.smoothed(smoothed);
        settings = fdr == null ? settings : FalseDiscoveries.settings(fdr, settings);
        CalibratedDetectors made = CalibratedDetectors.of(fitted, network, settings);
        List<String> there = scorer.scores().stream().map(Score::name).toList();
        if (!there.containsAll(made.deciding())) {
            throw new CalibrationException("Expected scores of " + made.deciding() + " for the overall verdict, but of"
                    + " these detectors this network has only those of " + there + "; choose another with --decide");
        }
        // Wrong predictions among ordinary items would look like a change to a calibration on right ones alone.
        boolean watch = watched() && (staleGiven || !CombinedFit.onRight(fitted));
        return ItemJudge.verdicts(scorer, made, fdr, watch ? made.watch(staleLevel, 0) : null);
    }

    private boolean watched() {
        return staleLevel > 0;
    }
}

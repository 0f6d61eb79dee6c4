package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.artifact.Artifact;
import dev.qualm.detect.LcrScore;
import dev.qualm.detect.LcrVerdict;
import dev.qualm.detect.Score;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.wrong.Feature;
import dev.qualm.detect.wrong.FittedDetector;
import dev.qualm.detect.wrong.WrongPredictionScore;
import dev.qualm.mutation.LcrCurtailment;
import dev.qualm.mutation.MutantPool;
import dev.qualm.mutation.SequentialTest;
import dev.qualm.mutation.StoppingRule;
import dev.qualm.network.Network;
import dev.qualm.network.onnx.ModelHash;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What scores need that are made of mutants, or fitted. */
final class MutantScores {
    /** Names of these scores, as users ask for them. */
    static final List<String> NAMES = List.of("lcr", "conductance");

    /** When an input's mutants are enough. */
    enum Rule {
        CURTAILMENT,
        SPRT
    }

    /** Reads a rule. */
    static final class RuleConverter extends Choice<Rule> {
        RuleConverter() {
            super(EnumSet.allOf(Rule.class));
        }
    }

    @Option(names = "--pool", paramLabel = "FILE", description = "Mutants for lcr, made by qualm mutants.")
    private @Nullable Path pool;

    @Option(names = "--mutants", paramLabel = "N", description = "Use the first N mutants of the pool. Default: all.")
    private @Nullable Integer mutants;

    @Option(
            names = "--detector",
            paramLabel = "FILE",
            description =
                    "What qualm fit wrote: the detector for conductance, whose score has the name of its features, or"
                            + " other detectors, whose scores are added.")
    private @Nullable Path detector;

    @Option(
            names = "--lcr-threshold",
            paramLabel = "RATE",
            description = "Also decide whether lcr is above RATE (score lcr-verdict: 1 above, 0 below), and stop asking"
                    + " mutants about an item once that is known; lcr is then the rate among those asked.")
    private @Nullable Double threshold;

    @Option(
            names = "--lcr-rule",
            paramLabel = "RULE",
            converter = RuleConverter.class,
            description =
                    "How to decide early: curtailment (the answer of all mutants, certain) or sprt (Wald's sequential"
                            + " test, with errors). Default: curtailment.")
    private @Nullable Rule rule;

    @Option(
            names = "--lcr-delta",
            paramLabel = "D",
            description = "sprt tells RATE + D from RATE - D. Default: half of RATE; nMutant's is a tenth.")
    private @Nullable Double delta;

    @Option(
            names = "--lcr-alpha",
            paramLabel = "P",
            defaultValue = "0.05",
            description = "Share of items at RATE - D that sprt finds above. Default: 0.05.")
    private double alpha = 0.05;

    @Option(
            names = "--lcr-beta",
            paramLabel = "P",
            defaultValue = "0.05",
            description = "Share of items at RATE + D that sprt finds below. Default: 0.05.")
    private double beta = 0.05;

    /** Scores made of files. Close them after the last use. */
    record Made(List<Score> scores) implements AutoCloseable {
        @Override
        public void close() {
            for (Score s : scores) {
                if (s instanceof WrongPredictionScore w) {
                    w.close();
                }
            }
        }
    }

    /** Takes detectors named in place of the model. */
    void use(Path detectors, CommandLine command) {
        if (detector != null) {
            throw new ParameterException(command, "Give the detectors once, in place of MODEL or with --detector");
        }
        detector = detectors;
    }

    /** The detectors of --detector, unless it is the one for conductance. */
    @Nullable
    FittedDetectors detectors(Network network) {
        return detector == null || !Artifact.read(detector).kind().equals(FittedDetectors.KIND)
                ? null
                : FittedDetectors.load(detector, network);
    }

    /**
     * The scores of these that were asked for.
     *
     * @param names what was asked for, of {@link #NAMES}
     * @param say told what the choice will cost
     */
    Made scores(List<String> names, Network network, Consumer<String> say) {
        List<Score> scores = new ArrayList<>();
        LcrScore all = pool == null ? null : LcrScore.of(load(network, pool));
        if (names.contains("lcr")) {
            if (all == null) {
                throw new QualmException("Score lcr needs mutants: make them with"
                        + " qualm mutants MODEL DATA -o pool.qualm, and add --pool pool.qualm");
            }
            if (threshold == null) {
                scores.add(all);
            } else {
                StoppingRule stop = rule(all.pool().size(), threshold, say);
                LcrScore early = all.until(stop);
                scores.add(early);
                scores.add(new LcrVerdict(early));
            }
        }
        if (names.contains("conductance")) {
            if (detector == null) {
                throw new QualmException(
                        "Score conductance needs a fitted detector: make it with"
                                + " qualm fit MODEL DATA --detector conductance -o detector.qualm, and add --detector detector.qualm");
            }
            FittedDetector fitted = FittedDetector.load(detector, ModelHash.of(network.graph()));
            if (fitted.features().contains(Feature.LCR) && all == null) {
                throw new QualmException(detector + " was fitted with label change rates: add --pool with its mutants");
            }
            say.accept(fitted.toString());
            scores.add(WrongPredictionScore.of(fitted, network, all));
        }
        return new Made(scores);
    }

    private MutantPool load(Network network, Path file) {
        MutantPool found = MutantPool.load(file, network);
        return mutants == null ? found : found.take(mutants);
    }

    private StoppingRule rule(int count, double at, Consumer<String> say) {
        if (rule == Rule.SPRT) {
            SequentialTest test = SequentialTest.of(at)
                    .withDelta(delta == null ? at / 2 : delta)
                    .withErrors(alpha, beta)
                    .withCap(count)
                    .withUndecided(SequentialTest.Undecided.OBSERVED_RATE);
            costs(test, Map.of("0", 0.0, "the threshold", at), say);
            return test;
        }
        LcrCurtailment exact = new LcrCurtailment(count, at);
        costs(exact, Map.of("0", 0.0, "the threshold", at), say);
        return exact;
    }

    private static void costs(StoppingRule stop, Map<String, Double> rates, Consumer<String> say) {
        rates.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .forEach(e -> say.accept(String.format(
                        Locale.ROOT,
                        "an item whose label change rate is %s needs %.0f of %d mutants on average",
                        e.getKey(),
                        stop.at(e.getValue()).mutants(),
                        stop.limit())));
    }
}

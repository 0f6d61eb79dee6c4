package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.detect.wrong.BinaryModel;
import dev.qualm.detect.wrong.CombinedMlp;
import dev.qualm.detect.wrong.ConductanceMlp;
import dev.qualm.detect.wrong.Feature;
import dev.qualm.detect.wrong.LinearDiscriminant;
import dev.qualm.detect.wrong.LogisticRegression;
import dev.qualm.detect.wrong.QuadraticDiscriminant;
import dev.qualm.detect.wrong.RandomForest;
import dev.qualm.detect.wrong.WrongPredictionDetector;
import dev.qualm.metric.EqualRecall;
import dev.qualm.metric.TargetFalseAlarm;
import dev.qualm.metric.ThresholdRule;
import dev.qualm.metric.Youden;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which detector of wrong predictions is fitted. */
final class DetectorOptions {
    /** Models that learn from features. */
    enum Learner {
        MLP,
        LOGISTIC,
        LDA,
        QDA,
        FOREST
    }

    @Option(
            names = "--detector",
            paramLabel = "FEATURES",
            description =
                    "What it looks at, joined by +: conductance, lcr (label change rate, needs --pool), msp, margin.")
    private @Nullable String features;

    @Option(
            names = "--first",
            paramLabel = "MODEL",
            converter = LearnerConverter.class,
            description = "What learns from the conductance: mlp, logistic, lda, qda or forest. Default: mlp, as"
                    + " published.")
    private @Nullable Learner first;

    @Option(
            names = "--second",
            paramLabel = "MODEL",
            converter = LearnerConverter.class,
            description = "What combines several features, likewise. Default: logistic.")
    private @Nullable Learner second;

    @Option(
            names = "--reference",
            description = "The published setup: mlp for both, fitted on the same rows one after the other, recalls made"
                    + " equal.")
    private boolean reference;

    @Option(
            names = "--rule",
            paramLabel = "RULE",
            converter = RuleConverter.class,
            description =
                    "Where doubt begins: youden (largest sum of recalls), equal-recall, or false-alarm=0.05 (right"
                            + " predictions doubted at most). Default: youden.")
    private @Nullable ThresholdRule rule;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the split and of the models. Default: ${DEFAULT-VALUE}.")
    private long seed;

    long seed() {
        return seed;
    }

    /** @throws QualmException if the options do not go together, or name no features */
    WrongPredictionDetector detector() {
        if (features == null) {
            throw new QualmException(
                    "Expected --detector, what the detector of wrong predictions looks at, or --detectors,"
                            + " the names of others");
        }
        Set<Feature> chosen = Feature.parse(features);
        if (reference && (first != null || second != null)) {
            throw new QualmException("--reference says what learns; leave --first and --second out");
        }
        if (first != null && !chosen.contains(Feature.CONDUCTANCE)) {
            throw new QualmException(
                    "--first learns from the conductance, which --detector " + features + " leaves out");
        }
        if (second != null && chosen.size() < 2) {
            throw new QualmException("--second combines several features, but --detector names one: " + features);
        }
        WrongPredictionDetector detector =
                reference ? WrongPredictionDetector.reference(features) : WrongPredictionDetector.of(features);
        detector = detector.withSeed(seed)
                .withModels(
                        first == null ? detector.first() : model(first, ConductanceMlp.cifar10()),
                        second == null ? detector.second() : model(second, CombinedMlp.cifar10()));
        return rule == null ? detector : detector.withRule(rule);
    }

    private static BinaryModel model(Learner learner, BinaryModel mlp) {
        return switch (learner) {
            case MLP -> mlp;
            case LOGISTIC -> LogisticRegression.DEFAULT;
            case LDA -> LinearDiscriminant.DEFAULT;
            case QDA -> QuadraticDiscriminant.DEFAULT;
            case FOREST -> RandomForest.DEFAULT;
        };
    }

    static final class LearnerConverter extends Choice<Learner> {
        LearnerConverter() {
            super(EnumSet.allOf(Learner.class));
        }
    }

    static final class RuleConverter implements ITypeConverter<ThresholdRule> {
        private static final String FALSE_ALARM = "false-alarm=";

        @Override
        public ThresholdRule convert(String text) {
            String name = text.toLowerCase(Locale.ROOT);
            if (name.equals("youden")) {
                return new Youden();
            }
            if (name.equals("equal-recall")) {
                return new EqualRecall();
            }
            if (name.startsWith(FALSE_ALARM)) {
                try {
                    return new TargetFalseAlarm(Double.parseDouble(name.substring(FALSE_ALARM.length())));
                } catch (NumberFormatException e) {
                    throw new TypeConversionException("expected a number after false-alarm=, but found '" + text + "'");
                } catch (QualmException e) {
                    throw new TypeConversionException(String.valueOf(e.getMessage()));
                }
            }
            throw new TypeConversionException(
                    "expected youden, equal-recall or false-alarm=RATE, but found '" + text + "'");
        }
    }
}

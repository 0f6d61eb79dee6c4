package dev.qualm.cli;

import dev.qualm.attribution.Quantity;
import dev.qualm.manipulation.AttackLoss;
import dev.qualm.manipulation.Correlation;
import dev.qualm.manipulation.HeatMapForm;
import dev.qualm.manipulation.MapError;
import dev.qualm.manipulation.MapLoss;
import dev.qualm.manipulation.MassCentre;
import dev.qualm.manipulation.OutputLoss;
import dev.qualm.manipulation.RelativeError;
import dev.qualm.manipulation.TopK;
import dev.qualm.manipulation.Untargeted;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an attack on explanations wants of the map, and what of the output. */
final class AttackAim {
    /** What an attack wants. */
    enum Kind {
        TARGET,
        TOP_K,
        MASS_CENTRE,
        UNTARGETED
    }

    /** Losses of targeted attacks. */
    enum Loss {
        RELATIVE_ERROR,
        MSE,
        PCC
    }

    /** What the output has to keep. */
    enum Held {
        PROBABILITIES,
        LOGITS,
        NOTHING
    }

    @Option(
            names = "--attack",
            paramLabel = "KIND",
            converter = KindConverter.class,
            description =
                    "What the attack wants: target (the map of another image), top-k (take relevance from the most"
                            + " relevant pixels), mass-centre (shift the map's centre) or untargeted (any other map)."
                            + " Default: target.")
    private @Nullable Kind kind;

    @Option(names = "--k", paramLabel = "N", description = "Pixels of top-k. Default: a tenth of them.")
    private @Nullable Integer k;

    @Option(
            names = "--quantity",
            paramLabel = "WHAT",
            converter = QuantityConverter.class,
            defaultValue = "logit",
            description = "What is explained of the predicted class: logit, margin, probability or log-probability."
                    + " Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Quantity quantity;

    @Option(
            names = "--loss",
            paramLabel = "LOSS",
            converter = LossConverter.class,
            description =
                    "Distance to the target map: relative-error, mse (the paper's; its factor depends on the image's"
                            + " size) or pcc. Default: relative-error.")
    private @Nullable Loss loss;

    @Option(
            names = "--prefactors",
            paramLabel = "FACTOR",
            arity = "2",
            description =
                    "Weights of the map's and of the output's loss. Default: 1 10. The paper has 1e11 1e6 for mse at"
                            + " 224x224 and 1e7 1e2 at 32x32.")
    private double @Nullable [] prefactors;

    @Option(
            names = "--hold",
            paramLabel = "WHAT",
            converter = HeldConverter.class,
            defaultValue = "probabilities",
            description = "What the output has to keep: probabilities, logits or nothing. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Held held;

    /** Why these options contradict each other, or null. */
    @Nullable
    String problem() {
        if (prefactors != null && !(prefactors[0] > 0 && prefactors[1] >= 0)) {
            return "--prefactors are above 0 for the map and at least 0 for the output";
        }
        if (kind() != Kind.TARGET && loss != null) {
            return "--loss is the distance to a target map, which --attack " + Choice.written(kind()) + " has not";
        }
        if (k != null && kind() != Kind.TOP_K) {
            return "--k belongs to --attack top-k";
        }
        return k != null && k < 1 ? "--k is at least 1" : null;
    }

    /** Whether it differs from the paper's program, whatever the prefactors. */
    boolean departs() {
        return kind() != Kind.TARGET || (loss != null && loss != Loss.MSE) || held != Held.PROBABILITIES;
    }

    Kind kind() {
        return kind == null ? Kind.TARGET : kind;
    }

    Quantity quantity() {
        return quantity;
    }

    /** Whether the weights of the losses were given. */
    boolean weighted() {
        return prefactors != null;
    }

    double mapFactor() {
        return prefactors == null ? 1 : prefactors[0];
    }

    double outputFactor() {
        return prefactors == null ? 10 : prefactors[1];
    }

    /** @param places values of one heat map */
    AttackLoss loss(int places) {
        OutputLoss output = switch (held) {
            case PROBABILITIES -> OutputLoss.probabilities(outputFactor());
            case LOGITS -> OutputLoss.logits(outputFactor());
            case NOTHING -> OutputLoss.none();
        };
        return new AttackLoss(HeatMapForm.REFERENCE, mapLoss(places), mapFactor(), output);
    }

    private MapLoss mapLoss(int places) {
        return switch (kind()) {
            case TOP_K -> new TopK(k == null ? Math.max(1, places / 10) : k);
            case MASS_CENTRE -> new MassCentre();
            case UNTARGETED -> new Untargeted();
            case TARGET ->
                switch (loss == null ? Loss.RELATIVE_ERROR : loss) {
                    case RELATIVE_ERROR -> new RelativeError();
                    case MSE -> new MapError();
                    case PCC -> new Correlation();
                };
        };
    }

    static final class KindConverter extends Choice<Kind> {
        KindConverter() {
            super(EnumSet.allOf(Kind.class));
        }
    }

    static final class LossConverter extends Choice<Loss> {
        LossConverter() {
            super(EnumSet.allOf(Loss.class));
        }
    }

    static final class HeldConverter extends Choice<Held> {
        HeldConverter() {
            super(EnumSet.allOf(Held.class));
        }
    }
}

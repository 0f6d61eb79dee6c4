package dev.qualm.cli;

import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.Quantity;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.attribution.Target;
import dev.qualm.manipulation.AttackLoss;
import dev.qualm.manipulation.BetaGrowth;
import dev.qualm.manipulation.Constraint;
import dev.qualm.manipulation.Correlation;
import dev.qualm.manipulation.Descent;
import dev.qualm.manipulation.EarlyStop;
import dev.qualm.manipulation.ExplanationAttack;
import dev.qualm.manipulation.HeatMapForm;
import dev.qualm.manipulation.MapError;
import dev.qualm.manipulation.MapLoss;
import dev.qualm.manipulation.MassCentre;
import dev.qualm.manipulation.Optimizer;
import dev.qualm.manipulation.OutputLoss;
import dev.qualm.manipulation.RandomStarts;
import dev.qualm.manipulation.RelativeError;
import dev.qualm.manipulation.Schedule;
import dev.qualm.manipulation.TopK;
import dev.qualm.manipulation.Untargeted;
import dev.qualm.network.Network;
import dev.qualm.network.View;
import dev.qualm.network.Views;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How explanations are attacked: what {@code manipulate} and {@code audit} share. */
final class ManipulationOptions {
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

    /** Ways downhill. */
    enum Descender {
        ADAM,
        PGD
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

    @Option(names = "--steps", paramLabel = "N", description = "Steps of the attack at most. Default: 500.")
    private @Nullable Integer steps;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            description = "Learning rate, in units of the model's input. Default: 0.001.")
    private @Nullable Double rate;

    @Option(
            names = "--schedule",
            paramLabel = "HOW",
            converter = ScheduleConverter.class,
            defaultValue = "constant",
            description = "Learning rate over the steps: constant, or cosine towards 0. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Schedule schedule;

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

    @Option(
            names = "--epsilon",
            paramLabel = "E",
            converter = FractionConverter.class,
            description =
                    "Largest change of the image, such as 8/255, by --norm and in --unit. Default: any change that"
                            + " leaves pixels valid.")
    private @Nullable Double epsilon;

    @Option(
            names = "--norm",
            paramLabel = "NORM",
            converter = NormConverter.class,
            defaultValue = "linf",
            description = "Norm of --epsilon, and of a step of pgd: linf or l2. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Optimizer.Norm norm;

    @Option(
            names = "--unit",
            paramLabel = "UNIT",
            converter = UnitConverter.class,
            defaultValue = "pixels",
            description = "Unit of --epsilon: pixels (black is 0 and white is 1) or input (the model's, after"
                    + " normalisation). Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Constraint.Unit unit;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            converter = DescenderConverter.class,
            defaultValue = "adam",
            description = "adam, or pgd with steps of length --lr. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Descender optimizer;

    @Option(
            names = "--beta-growth",
            paramLabel = "FROM,TO",
            split = ",",
            arity = "0..1",
            fallbackValue = "10,100",
            description = "Attack a network whose ReLU are softplus of a growing beta, and judge on the deployed one."
                    + " Default: 10,100 for methods that are gradients of the network, whose own derivative is zero;"
                    + " none for the others.")
    private @Nullable List<Double> growth;

    @Option(names = "--no-beta-growth", description = "Attack the deployed network itself, whatever the method.")
    private boolean noGrowth;

    @Option(
            names = "--betas",
            paramLabel = "BETA",
            split = ",",
            defaultValue = "10,3,1",
            description = "Smoothings to look at the maps with afterwards. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private List<Double> betas;

    @Option(
            names = "--beta",
            paramLabel = "BETA",
            description =
                    "The smoothing of the pictures, of the adaptive attack and of curvature. Default: the strongest"
                            + " of --betas that changes probabilities by 0.05 or less on average.")
    private @Nullable Double beta;

    @Option(
            names = "--pool-beta",
            paramLabel = "BETA",
            description =
                    "Smooth max-pooling as well where ReLU are smoothed, by a log-sum-exp of this sharpness. Default:"
                            + " max-pooling stays, and voids the bound from curvature.")
    private @Nullable Double poolBeta;

    @Option(
            names = "--reference",
            description = "As run_attack.py of the paper: mse, Adam, 1500 steps at 0.0002, no early stop, maps started"
                    + " from the logit, growth only with --beta-growth (then aimed at beta 1000). Needs --prefactors.")
    private boolean reference;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of all random choices. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--restarts",
            paramLabel = "N",
            description = "Further attempts from random places; the best counts. Default: ${DEFAULT-VALUE}.")
    private int restarts;

    @Option(
            names = "--box",
            paramLabel = "LOW..HIGH",
            description =
                    "Valid values of the model's input, one or one per channel: -1..1, -2.1,-2.0,-1.8..2.2,2.4,2.6."
                            + " Default: from the preprocessing; for stored floats that nothing is known of, the range of the"
                            + " images given.")
    private @Nullable String box;

    /** Why these options contradict each other, or null. */
    @Nullable
    String problem() {
        if ((steps != null && steps < 1) || restarts < 0) {
            return "--steps is at least 1 and --restarts at least 0";
        }
        if (rate != null && !(rate > 0 && Double.isFinite(rate))) {
            return "--lr is above 0";
        }
        if (epsilon != null && !(epsilon > 0)) {
            return "--epsilon is above 0; without it, any change that leaves pixels valid is allowed";
        }
        if (betas.stream().anyMatch(b -> !(b > 0) || Double.isInfinite(b))
                || (beta != null && (!(beta > 0) || Double.isInfinite(beta)))
                || (poolBeta != null && (!(poolBeta > 0) || Double.isInfinite(poolBeta)))) {
            return "--betas, --beta and --pool-beta are finite and above 0";
        }
        if (growth != null && (growth.size() != 2 || growth.stream().anyMatch(b -> !(b > 0) || Double.isInfinite(b)))) {
            return "--beta-growth takes two finite numbers above 0, such as 10,100";
        }
        if (growth != null && noGrowth) {
            return "--beta-growth and --no-beta-growth exclude each other";
        }
        if (prefactors != null && !(prefactors[0] > 0 && prefactors[1] >= 0)) {
            return "--prefactors are above 0 for the map and at least 0 for the output";
        }
        if (kind() != Kind.TARGET && loss != null) {
            return "--loss is the distance to a target map, which --attack " + Choice.written(kind()) + " has not";
        }
        if ((k != null) != (kind() == Kind.TOP_K) && k != null) {
            return "--k belongs to --attack top-k";
        }
        if (k != null && k < 1) {
            return "--k is at least 1";
        }
        return reference ? referenceProblem() : null;
    }

    private @Nullable String referenceProblem() {
        if (prefactors == null) {
            return "--reference needs --prefactors, which depend on the size of the images: 1e11 1e6 in run_attack.py at"
                    + " 224x224, 1e7 1e2 in the paper at 32x32";
        }
        boolean other = kind() != Kind.TARGET
                || (loss != null && loss != Loss.MSE)
                || optimizer != Descender.ADAM
                || held != Held.PROBABILITIES
                || epsilon != null
                || restarts > 0;
        return other
                ? "--reference fixes attack, loss, optimizer and what is held, and has no --epsilon and no --restarts"
                : null;
    }

    Kind kind() {
        return kind == null ? Kind.TARGET : kind;
    }

    boolean isReference() {
        return reference;
    }

    @Nullable
    String box() {
        return box;
    }

    long seed() {
        return seed;
    }

    List<Double> betas() {
        return betas;
    }

    @Nullable
    Double beta() {
        return beta;
    }

    /** What smoothing replaces, at a beta. */
    View smoothing(double softplus) {
        View relu = Views.softplus(softplus);
        return poolBeta == null ? relu : relu.then(Views.smoothMaxPool(poolBeta));
    }

    /** A method on a network that smooths as this says. */
    SmoothedMaps maps(Attribution method, Network network) {
        return poolBeta == null
                ? SmoothedMaps.of(method, network, target())
                : SmoothedMaps.of(method, network, target(), poolBeta);
    }

    /** The smoothing in words. */
    String smoothed(double softplus) {
        return "β = " + ManipulationText.number(softplus)
                + (poolBeta == null ? "" : ", max-pooling " + ManipulationText.number(poolBeta));
    }

    /** What maps explain, and start with. */
    Target target() {
        Target target = Target.of(quantity);
        return reference ? target.startingFromValue() : target;
    }

    /** Whether the attack goes over smoothed networks, by the method's name where nothing is said. */
    boolean grows(String method) {
        boolean byActivations = method.startsWith("lrp-") || method.startsWith("excitation-");
        return growth != null || (!noGrowth && !reference && !byActivations);
    }

    /** Whether that was decided here. */
    boolean growthAssumed(String method) {
        return growth == null && grows(method);
    }

    /**
     * The attack.
     *
     * @param pixels valid values
     * @param places values of one heat map
     */
    ExplanationAttack attack(String method, PixelBox pixels, int places) {
        int most = steps == null ? (reference ? 1500 : 500) : steps;
        double mapFactor = prefactors == null ? 1 : prefactors[0];
        double outputFactor = prefactors == null ? 10 : prefactors[1];
        if (reference) {
            return ExplanationAttack.reference(
                            grows(method),
                            mapFactor,
                            outputFactor,
                            rate == null ? 2e-4 : rate,
                            most,
                            pixels.low(),
                            pixels.high())
                    .withBetas(grows(method) ? growth().reaching(1000) : BetaGrowth.off());
        }
        OutputLoss output = switch (held) {
            case PROBABILITIES -> OutputLoss.probabilities(outputFactor);
            case LOGITS -> OutputLoss.logits(outputFactor);
            case NOTHING -> OutputLoss.none();
        };
        double step = rate == null ? 1e-3 : rate;
        Optimizer descent = optimizer == Descender.ADAM ? Optimizer.adam(step) : Optimizer.pgd(step, norm);
        return new ExplanationAttack(
                new AttackLoss(HeatMapForm.REFERENCE, mapLoss(places), mapFactor, output),
                new Descent(descent, schedule, most, constraint(pixels)),
                grows(method) ? growth().betas() : BetaGrowth.off(),
                EarlyStop.usual(),
                new RandomStarts(restarts, seed));
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

    private Constraint constraint(PixelBox pixels) {
        Constraint valid = Constraint.box(pixels.low(), pixels.high()).in(unit);
        if (epsilon == null) {
            return valid;
        }
        return norm == Optimizer.Norm.LINF ? valid.withLinf(epsilon) : valid.withL2(epsilon);
    }

    /** The allowed change in words. */
    String allowed() {
        if (epsilon == null) {
            return "any valid pixels";
        }
        return String.format(
                Locale.ROOT,
                "valid pixels, %s at most %s %s",
                norm == Optimizer.Norm.LINF ? "L∞" : "L2",
                ManipulationText.number(epsilon),
                unit == Constraint.Unit.PIXELS ? "in pixels of 0 to 1" : "in units of the model's input");
    }

    private Growth growth() {
        return growth == null ? new Growth(10, 100) : new Growth(growth.get(0), growth.get(1));
    }

    private record Growth(double first, double last) {
        BetaGrowth betas() {
            return reaching(Double.POSITIVE_INFINITY);
        }

        BetaGrowth reaching(double reference) {
            return new BetaGrowth(first, last, reference);
        }
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

    static final class DescenderConverter extends Choice<Descender> {
        DescenderConverter() {
            super(EnumSet.allOf(Descender.class));
        }
    }

    static final class NormConverter extends Choice<Optimizer.Norm> {
        NormConverter() {
            super(EnumSet.allOf(Optimizer.Norm.class));
        }
    }

    static final class UnitConverter extends Choice<Constraint.Unit> {
        UnitConverter() {
            super(EnumSet.allOf(Constraint.Unit.class));
        }
    }

    static final class ScheduleConverter extends Choice<Schedule> {
        ScheduleConverter() {
            super(EnumSet.allOf(Schedule.class));
        }
    }

    static final class QuantityConverter extends Choice<Quantity> {
        QuantityConverter() {
            super(EnumSet.allOf(Quantity.class));
        }
    }

    /** A number, or one number over another. */
    static final class FractionConverter implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            try {
                String[] parts = text.split("/", 2);
                double value = Double.parseDouble(parts[0]);
                return parts.length == 1 ? value : value / Double.parseDouble(parts[1]);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected a number such as 0.03 or 8/255, but found '" + text + "'");
            }
        }
    }
}

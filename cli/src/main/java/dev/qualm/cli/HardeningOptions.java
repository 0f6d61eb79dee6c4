package dev.qualm.cli;

import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.training.CurvaturePenalty;
import dev.qualm.training.EarlyStopping;
import dev.qualm.training.LayerPenalty;
import dev.qualm.training.Method;
import dev.qualm.training.Methods;
import dev.qualm.training.Objective;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code qualm harden} minimises, on the command line. */
final class HardeningOptions {
    /** In place of names: the most vulnerable layers. */
    static final String MOST_VULNERABLE = "mvl";

    /** Names for the help. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            List<String> out = new ArrayList<>();
            Methods.names().forEach(n -> out.add(n + " (" + Methods.describe(n) + ")"));
            return out.iterator();
        }
    }

    @Option(
            names = "--method",
            paramLabel = "NAME",
            defaultValue = "pgd",
            completionCandidates = Names.class,
            description = "What is learnt from: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private String method;

    @Option(
            names = {"-e", "--epsilon"},
            paramLabel = "EPSILON",
            description =
                    "How far items are moved while training, such as 0.1 or 8/255: in pixels (black is 0 and white is 1)"
                            + " before normalisation; for tables in units of the input. Default for images: 8/255 (linf), 0.5 (l2) or"
                            + " 12 (l1).")
    private @Nullable String epsilon;

    @Option(
            names = "--norm",
            paramLabel = "NORM",
            converter = RobustnessCommand.NormConverter.class,
            defaultValue = "linf",
            description = "Norm of epsilon: linf, l2 or l1. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Ball norm;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "10",
            description = "Steps of pgd, apgd and trades. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--beta",
            paramLabel = "X",
            defaultValue = "6",
            description = "Weight of the divergence in trades. Default: ${DEFAULT-VALUE}.")
    private double beta;

    @Option(
            names = "--regularize",
            paramLabel = "LAYER[:GAMMA]",
            split = ",",
            description =
                    "Layers whose relative movement under attack is added to the loss: names of nodes or tensors, each"
                            + " with its weight; or mvl, the most vulnerable layers of the model as it is. Default: none.")
    private List<String> layers = List.of();

    @Option(
            names = "--gamma",
            paramLabel = "X",
            defaultValue = "0.5",
            description = "Weight of layers that name none. Default: ${DEFAULT-VALUE}.")
    private double gamma;

    @Option(
            names = "--eta",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "For mvl: standard deviations above the mean of all layers from which a layer is taken. Default:"
                            + " ${DEFAULT-VALUE}.")
    private double eta;

    @Option(names = "--detach", description = "Pull the attacked representation only, not the clean one.")
    private boolean detached;

    @Option(
            names = "--over",
            paramLabel = "WHAT",
            converter = OverConverter.class,
            defaultValue = "items",
            description = "Take relative errors of items or of the whole batch. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private LayerPenalty.Over over;

    @Option(
            names = "--curvature",
            paramLabel = "LAMBDA",
            description =
                    "Weight of a penalty on the squared Hessian norm, for explanations that are harder to fake. Needs"
                            + " --softplus where the model has ReLU. Default: none.")
    private @Nullable Double curvature;

    @Option(
            names = "--keep-aside",
            paramLabel = "SHARE",
            description = "Share of the items not to learn from: the epoch that does best on them, attacked, is taken."
                    + " Default: none, the last epoch.")
    private @Nullable Double share;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "5",
            description = "With --keep-aside: epochs without a better one before the end. Default: ${DEFAULT-VALUE}.")
    private int patience;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    /** @param pixels whether there is a common epsilon */
    Budget budget(boolean pixels) {
        if (epsilon == null && !pixels) {
            throw new ParameterException(
                    spec.commandLine(), "Say with --epsilon how far items are moved, in units of the model's input");
        }
        return epsilon == null
                ? new Budget(norm, dev.qualm.attack.Attacks.commonEpsilon(norm))
                : RobustnessBudgets.parse(List.of(epsilon), norm).get(0);
    }

    Method method(Budget budget, Box box, long seed) {
        if (steps < 1) {
            throw new ParameterException(spec.commandLine(), "--steps is at least 1");
        }
        return Methods.of(method, budget, steps, beta, box, seed);
    }

    boolean attacks() {
        return !method.equals(Methods.STANDARD.name());
    }

    boolean mostVulnerable() {
        return layers.equals(List.of(MOST_VULNERABLE));
    }

    boolean curved() {
        return curvature != null;
    }

    double eta() {
        return eta;
    }

    /** @param found the most vulnerable layers, where these were asked for */
    Objective objective(Method chosen, List<String> found) {
        Objective objective = Objective.of(chosen);
        Map<String, Double> gammas = new LinkedHashMap<>();
        for (String layer : mostVulnerable() ? found : layers) {
            int colon = mostVulnerable() ? -1 : layer.lastIndexOf(':');
            Double own = colon < 0 ? null : number(layer.substring(colon + 1));
            gammas.put(own == null ? layer : layer.substring(0, colon), own == null ? gamma : own);
        }
        if (!gammas.isEmpty()) {
            objective = objective.withLayers(new LayerPenalty(gammas, detached, over));
        }
        return curvature == null ? objective : objective.withCurvature(new CurvaturePenalty(curvature));
    }

    /** Names of tensors may hold colons; null for what is no number. */
    private static @Nullable Double number(String text) {
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    @Nullable
    EarlyStopping earlyStopping() {
        return share == null ? null : new EarlyStopping(share, patience);
    }

    static final class OverConverter extends Choice<LayerPenalty.Over> {
        OverConverter() {
            super(EnumSet.allOf(LayerPenalty.Over.class));
        }
    }
}

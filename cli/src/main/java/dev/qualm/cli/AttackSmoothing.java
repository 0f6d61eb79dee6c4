package dev.qualm.cli;

import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.attribution.Target;
import dev.qualm.manipulation.BetaGrowth;
import dev.qualm.network.Network;
import dev.qualm.network.View;
import dev.qualm.network.Views;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which smoothings an attack goes over, and which ones maps are looked at with afterwards. */
final class AttackSmoothing {
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

    /** Why these options contradict each other, or null. */
    @Nullable
    String problem() {
        if (!betas.stream().allMatch(AttackSmoothing::positive)
                || (beta != null && !positive(beta))
                || (poolBeta != null && !positive(poolBeta))) {
            return "--betas, --beta and --pool-beta are finite and above 0";
        }
        if (growth != null && (growth.size() != 2 || !growth.stream().allMatch(AttackSmoothing::positive))) {
            return "--beta-growth takes two finite numbers above 0, such as 10,100";
        }
        return growth != null && noGrowth ? "--beta-growth and --no-beta-growth exclude each other" : null;
    }

    private static boolean positive(double b) {
        return b > 0 && !Double.isInfinite(b);
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
    SmoothedMaps maps(Attribution method, Network network, Target target) {
        return poolBeta == null
                ? SmoothedMaps.of(method, network, target)
                : SmoothedMaps.of(method, network, target, poolBeta);
    }

    /** The smoothing in words. */
    String smoothed(double softplus) {
        return "β = " + ManipulationText.number(softplus)
                + (poolBeta == null ? "" : ", max-pooling " + ManipulationText.number(poolBeta));
    }

    /** Whether growth was asked for. */
    boolean grows() {
        return growth != null;
    }

    /** Whether growth was ruled out. */
    boolean stays() {
        return noGrowth;
    }

    /** @param reference beta at which the attacked network counts as the deployed one */
    BetaGrowth growth(double reference) {
        return growth == null
                ? new BetaGrowth(10, 100, reference)
                : new BetaGrowth(growth.get(0), growth.get(1), reference);
    }
}

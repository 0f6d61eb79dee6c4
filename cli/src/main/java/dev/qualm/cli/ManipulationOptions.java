package dev.qualm.cli;

import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.attribution.Target;
import dev.qualm.manipulation.BetaGrowth;
import dev.qualm.manipulation.EarlyStop;
import dev.qualm.manipulation.ExplanationAttack;
import dev.qualm.network.Network;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How explanations are attacked: what {@code manipulate} and {@code audit} share. */
final class ManipulationOptions {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private AttackAim aim;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private AttackSteps steps;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private AttackLimits limits;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private AttackSmoothing smoothing;

    @Option(
            names = "--reference",
            description = "As run_attack.py of the paper: mse, Adam, 1500 steps at 0.0002, no early stop, maps started"
                    + " from the logit, growth only with --beta-growth (then aimed at beta 1000). Needs --prefactors.")
    private boolean reference;

    /** Why these options contradict each other, or null. */
    @Nullable
    String problem() {
        return Stream.of(steps.problem(), limits.problem(), smoothing.problem(), aim.problem(), referenceProblem())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private @Nullable String referenceProblem() {
        if (!reference) {
            return null;
        }
        if (!aim.weighted()) {
            return "--reference needs --prefactors, which depend on the size of the images: 1e11 1e6 in run_attack.py at"
                    + " 224x224, 1e7 1e2 in the paper at 32x32";
        }
        return aim.departs() || steps.departs() || limits.limited()
                ? "--reference fixes attack, loss, optimizer and what is held, and has no --epsilon and no --restarts"
                : null;
    }

    AttackAim aim() {
        return aim;
    }

    AttackLimits limits() {
        return limits;
    }

    AttackSmoothing smoothing() {
        return smoothing;
    }

    boolean isReference() {
        return reference;
    }

    long seed() {
        return steps.seed();
    }

    /** A method on a network that smooths as this says. */
    SmoothedMaps maps(Attribution method, Network network) {
        return smoothing.maps(method, network, target());
    }

    /** What maps explain, and start with. */
    Target target() {
        Target target = Target.of(aim.quantity());
        return reference ? target.startingFromValue() : target;
    }

    /** Whether the attack goes over smoothed networks, by the method's name where nothing is said. */
    boolean grows(String method) {
        boolean byActivations = method.startsWith("lrp-") || method.startsWith("excitation-");
        return smoothing.grows() || (!smoothing.stays() && !reference && !byActivations);
    }

    /** Whether that was decided here. */
    boolean growthAssumed(String method) {
        return !smoothing.grows() && grows(method);
    }

    /**
     * The attack.
     *
     * @param pixels valid values
     * @param places values of one heat map
     */
    ExplanationAttack attack(String method, PixelBox pixels, int places) {
        if (reference) {
            return ExplanationAttack.reference(
                            grows(method),
                            aim.mapFactor(),
                            aim.outputFactor(),
                            steps.rate(2e-4),
                            steps.most(1500),
                            pixels.low(),
                            pixels.high())
                    .withBetas(grows(method) ? smoothing.growth(1000) : BetaGrowth.off());
        }
        return new ExplanationAttack(
                aim.loss(places),
                steps.descent(limits.norm(), limits.constraint(pixels)),
                grows(method) ? smoothing.growth(Double.POSITIVE_INFINITY) : BetaGrowth.off(),
                EarlyStop.usual(),
                steps.starts());
    }
}

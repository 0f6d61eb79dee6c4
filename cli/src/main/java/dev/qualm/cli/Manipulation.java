package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.AttributionOptions;
import dev.qualm.attribution.Attributions;
import dev.qualm.attribution.Bounds;
import dev.qualm.attribution.Propagation;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.manipulation.ExplanationAttack;
import dev.qualm.manipulation.NonSmoothNodes;
import dev.qualm.network.Network;
import dev.qualm.network.Views;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** One method's explanations of one network under attack. Close it; the network stays open. */
final class Manipulation implements AutoCloseable {
    private final Network network;
    private final ManipulationOptions options;
    private final PixelBox pixels;
    private final Attribution method;
    private final SmoothedMaps maps;
    private final ExplanationAttack attack;
    private final double beta;
    private final List<String> growth = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    /**
     * @param name of the method
     * @param some images that are to be attacked, {@code [n, c, h, w]}, to choose the smoothing by
     */
    Manipulation(Network network, String name, ManipulationOptions options, PixelBox pixels, Array some) {
        this.network = network;
        this.options = options;
        this.pixels = pixels;
        this.method = method(name, options, pixels);
        this.maps = options.maps(method, network);
        this.attack = options.attack(name, pixels, some.dim(2) * some.dim(3));
        Double asked = options.smoothing().beta();
        this.beta =
                asked != null ? asked : FaithfulSmoothing.of(options.smoothing().betas(), maps, network, some);
        remark(name);
    }

    /** Fails early, and with the operators' names, where no gradient comes back to the input. */
    static void requireGradient(Network network) {
        String problem = GradientPath.problem(network);
        if (!problem.isEmpty()) {
            throw new QualmException(problem + ". Explanations of such a model cannot be attacked by gradients");
        }
    }

    private static Attribution method(String name, ManipulationOptions options, PixelBox pixels) {
        Bounds bounds = new Bounds(pixels.low(), pixels.high());
        Attribution found = Attributions.of(name, AttributionOptions.none().withBounds(bounds));
        // The program takes one bound for all channels.
        return options.isReference() && name.equals("lrp-reference") && found instanceof Propagation p
                ? p.within(Bounds.of(
                        Arrays.stream(pixels.low()).min().orElseThrow(),
                        Arrays.stream(pixels.high()).max().orElseThrow()))
                : found;
    }

    private void remark(String name) {
        if (options.growthAssumed(name) && smooths()) {
            growth.add("attacking a smoothed network (softplus in place of ReLU, beta growing from "
                    + ManipulationText.number(attack.betas().first()) + " to "
                    + ManipulationText.number(attack.betas().last())
                    + ", as the paper does) and judging on the deployed one: the derivative of " + name
                    + " is zero, or nearly so, on a ReLU network. Switch it off with --no-beta-growth");
        }
        if (!smooths()) {
            remarks.add("the network has no Relu or Clip between constants (ReLU6), so nothing is smoothed;"
                    + " methods that are gradients of a piecewise linear network cannot be attacked then,"
                    + " lrp methods can");
        }
        if (pixels.guessed()) {
            remarks.add("nothing is known of the valid values of the input; taking " + pixels
                    + ". Say it with --box LOW..HIGH");
        }
    }

    /** Whether there is a Relu or a Clip, which is what smoothing replaces. */
    private boolean smooths() {
        return Views.isSmoothable(network.graph());
    }

    /** Whether the smoothed network is piecewise linear as before, so that its curvature is zero and says nothing. */
    boolean flat() {
        return !smooths() && !nonSmooth().isEmpty();
    }

    /** What was assumed, for people. */
    List<String> remarks() {
        List<String> all = new ArrayList<>(growth);
        all.addAll(remarks);
        return all;
    }

    /** Those that limit what the numbers say. */
    List<String> warnings() {
        return List.copyOf(remarks);
    }

    Attribution method() {
        return method;
    }

    ExplanationAttack attack() {
        return attack;
    }

    PixelBox pixels() {
        return pixels;
    }

    /** The smoothing of pictures, adaptive attack and curvature. */
    double beta() {
        return beta;
    }

    /** It in words. */
    String smoothing() {
        return options.smoothing().smoothed(beta);
    }

    /** Nodes that void bounds from curvature, of the smoothed network. */
    List<String> nonSmooth() {
        return NonSmoothNodes.of(
                options.smoothing().smoothing(beta).apply(network.graph()),
                network.structure().differentiable(),
                network.structure().logits());
    }

    /**
     * Attacks and judges images.
     *
     * @param images {@code [n, c, h, w]}
     * @param target {@code [n, c, h, w]}, {@code [1, c, h, w]} or null
     * @param adaptive whether to attack the smoothed maps as well
     * @param noise whether to compare with SmoothGrad
     * @param progress takes the number of steps made, adaptive attack included
     */
    ManipulationFindings of(
            Array images, @Nullable Array target, boolean adaptive, boolean noise, IntConsumer progress) {
        return new ManipulationRun(network, options, pixels, method, maps, attack, beta, smooths())
                .of(images, target, adaptive, noise, progress);
    }

    /** The curvature at an image and on the straight way to another, in float64 on the smoothed network. */
    CurvatureNumbers curvature(Array original, Array attacked, int target) {
        return CurvatureNumbers.of(
                network,
                beta,
                options.smoothing().smoothing(beta),
                nonSmooth(),
                original,
                attacked,
                target,
                options.seed());
    }

    @Override
    public void close() {
        maps.close();
    }
}

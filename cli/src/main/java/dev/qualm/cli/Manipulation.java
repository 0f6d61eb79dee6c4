package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.AttributionOptions;
import dev.qualm.attribution.Attributions;
import dev.qualm.attribution.Bounds;
import dev.qualm.attribution.Explainer;
import dev.qualm.attribution.Normalisation;
import dev.qualm.attribution.Propagation;
import dev.qualm.attribution.SmoothGrad;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.manipulation.AdaptiveAttack;
import dev.qualm.manipulation.AttackResult;
import dev.qualm.manipulation.AttackTarget;
import dev.qualm.manipulation.Constraint;
import dev.qualm.manipulation.ExplanationAttack;
import dev.qualm.manipulation.HeatMapForm;
import dev.qualm.manipulation.Judge;
import dev.qualm.manipulation.NonSmoothNodes;
import dev.qualm.manipulation.Optimizer;
import dev.qualm.manipulation.RandomPerturbation;
import dev.qualm.manipulation.Similarity;
import dev.qualm.manipulation.SmoothGradComparison;
import dev.qualm.manipulation.Verdict;
import dev.qualm.metric.MapSimilarity;
import dev.qualm.metric.StructuralSimilarity;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** One method's explanations of one network under attack. Close it; the network stays open. */
final class Manipulation implements AutoCloseable {
    /** Samples of SmoothGrad to try: equal cost, the paper's ten, and more. */
    private static final int[] SAMPLES = {1, 5, 10, 25};

    private static final double NOISE = 0.1;

    /** Mean change of probabilities by smoothing up to which the smoothed network counts as the same. */
    private static final double FAITHFUL = 0.05;

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
        Double asked = options.beta();
        this.beta = asked != null ? asked : beta(some);
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

    /** The strongest smoothing that is still about the same network: the mean change of its probabilities is small. */
    private double beta(Array some) {
        List<Double> sharp =
                options.betas().stream().sorted(Comparator.reverseOrder()).toList();
        double best = sharp.get(0);
        double[][] plain = probabilities(network.logits(some));
        for (double candidate : sharp) {
            double[][] gap = maps.gap(some, candidate);
            Array logits = network.logits(some);
            double[] shifted = logits.toDoubles().clone();
            for (int i = 0; i < shifted.length; i++) {
                shifted[i] += gap[i / gap[0].length][i % gap[0].length];
            }
            double[][] smooth = probabilities(Array.of(shifted, logits.shape()));
            double mean = 0;
            for (int i = 0; i < plain.length; i++) {
                double most = 0;
                for (int k = 0; k < plain[i].length; k++) {
                    most = Math.max(most, Math.abs(smooth[i][k] - plain[i][k]));
                }
                mean += most / plain.length;
            }
            best = mean <= FAITHFUL ? candidate : best;
        }
        return best;
    }

    private static double[][] probabilities(Array logits) {
        double[][] out = new double[logits.dim(0)][];
        Arrays.setAll(out, i -> ManipulationFindings.Logits.probabilities(logits, i));
        return out;
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
            remarks.add("the network has no Relu, so nothing is smoothed"
                    + (network.graph().nodes().stream().anyMatch(n -> n.op().equals("Clip"))
                            ? " (ReLU6 is a Clip, which stays); methods that are gradients of the network cannot be attacked then,"
                                    + " lrp methods can"
                            : ""));
        }
        if (pixels.guessed()) {
            remarks.add("nothing is known of the valid values of the input; taking " + pixels
                    + ". Say it with --box LOW..HIGH");
        }
    }

    /** Whether there is a Relu, which is what smoothing replaces. */
    private boolean smooths() {
        return network.graph().nodes().stream().anyMatch(n -> n.domain().isEmpty() && n.op().equals("Relu"));
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
        return options.smoothed(beta);
    }

    /** Nodes that void bounds from curvature, of the smoothed network. */
    List<String> nonSmooth() {
        return NonSmoothNodes.of(
                options.smoothing(beta).apply(network.graph()),
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
        AttackTarget wanted = target == null ? AttackTarget.none() : AttackTarget.images(target);
        long start = System.nanoTime();
        int[] made = {0};
        AttackResult result = attack.run(maps, images, null, wanted, Map.of(), step -> progress.accept(++made[0]));
        double seconds = (System.nanoTime() - start) * 1e-9;
        int[] classes = result.outcomes().stream().mapToInt(o -> o.explained()).toArray();
        Array control = control(images, result.images());
        Array rounded = rows(result.images(), pixels::rounded);
        Map<Double, List<Verdict>> verdicts = new LinkedHashMap<>();
        List<Double> betas = new ArrayList<>(List.of(beta));
        options.betas().stream().filter(b -> b != beta).forEach(betas::add);
        for (double b : betas) {
            verdicts.put(b, judge(b).of(images, result.images(), control, wanted));
        }
        List<Verdict> written = judge(beta()).of(images, rounded, control, wanted);
        ManipulationFindings.@Nullable Adaptive again =
                adaptive && smooths() ? adaptive(images, target, wanted, classes, made, progress) : null;
        List<SmoothGradComparison.Line> lines = noise ? noise(images, result.images(), classes) : List.of();
        int[] wantedClasses = target == null ? new int[0] : predictions(target);
        return new ManipulationFindings(
                images,
                target,
                result,
                control,
                rounded,
                verdicts,
                written,
                again,
                lines,
                List.of(
                        looked(
                                Double.POSITIVE_INFINITY,
                                images,
                                result.images(),
                                control,
                                classes,
                                target,
                                wantedClasses),
                        looked(beta(), images, result.images(), control, classes, target, wantedClasses)),
                wantedClasses,
                smooths(),
                new ManipulationFindings.Logits(
                        network.logits(images),
                        network.logits(result.images()),
                        network.logits(control),
                        target == null ? null : network.logits(target)),
                made[0],
                seconds);
    }

    private ManipulationFindings.Adaptive adaptive(
            Array images,
            @Nullable Array target,
            AttackTarget wanted,
            int[] classes,
            int[] made,
            IntConsumer progress) {
        AttackTarget same = target == null ? wanted : new AttackTarget.Images(target, predictions(target));
        AttackResult result =
                new AdaptiveAttack(attack, beta()).run(maps, images, classes, same, step -> progress.accept(++made[0]));
        List<Verdict> verdicts = judge(beta()).of(images, result.images(), control(images, result.images()), wanted);
        return new ManipulationFindings.Adaptive(result, verdicts);
    }

    private List<SmoothGradComparison.Line> noise(Array images, Array attacked, int[] classes) {
        if (method instanceof SmoothGrad || !SmoothGrad.averages(method)) {
            return List.of();
        }
        return new SmoothGradComparison(method, NOISE, options.seed())
                .of(
                        network,
                        options.target(),
                        HeatMapForm.REFERENCE,
                        Similarity::pearson,
                        images,
                        attacked,
                        classes,
                        SAMPLES);
    }

    private Array control(Array images, Array attacked) {
        return new RandomPerturbation(RandomPerturbation.Direction.GAUSSIAN, Optimizer.Norm.L2, options.seed())
                .of(images, attacked, box())
                .images();
    }

    private Constraint box() {
        return Constraint.box(pixels.low(), pixels.high());
    }

    private Judge judge(double beta) {
        return new Judge(
                maps.apply(Double.POSITIVE_INFINITY),
                maps.apply(beta),
                HeatMapForm.REFERENCE,
                measures(false),
                measures(true),
                box());
    }

    /** @param images whether channels are compared one by one, for images, or there are none, for maps */
    private static Map<String, Similarity> measures(boolean images) {
        Map<String, Similarity> all = new LinkedHashMap<>();
        List<MapSimilarity> kinds = images ? List.of(StructuralSimilarity.gaussian()) : MapSimilarity.all();
        for (MapSimilarity m : kinds) {
            all.put(m.name(), (a, b) -> {
                int width = a.dim(a.rank() - 1);
                int height = a.rank() < 2 ? 1 : a.dim(a.rank() - 2);
                int planes = a.size() / (height * width);
                double sum = 0;
                for (int c = 0; c < planes; c++) {
                    sum += m.of(plane(a, c, planes), plane(b, c, planes), height, width);
                }
                return sum / planes;
            });
        }
        if (images) {
            all.put("pcc", Similarity::pearson);
        }
        return all;
    }

    private static double[] plane(Array a, int plane, int planes) {
        int size = a.size() / planes;
        return Arrays.copyOfRange(a.toDoubles(), plane * size, (plane + 1) * size);
    }

    private int[] predictions(Array batch) {
        Array logits = network.logits(batch);
        int[] out = new int[logits.dim(0)];
        for (int i = 0; i < out.length; i++) {
            out[i] = ManipulationFindings.Logits.argmax(logits.slice(i, i + 1).toDoubles());
        }
        return out;
    }

    private ManipulationFindings.Looked looked(
            double beta,
            Array images,
            Array attacked,
            Array control,
            int[] classes,
            @Nullable Array target,
            int[] targetClasses) {
        Explainer explainer = maps.at(beta);
        return new ManipulationFindings.Looked(
                beta,
                heat(explainer, images, classes),
                heat(explainer, attacked, classes),
                heat(explainer, control, classes),
                target == null ? null : heat(explainer, target, targetClasses));
    }

    private static Normalisation.Scaled heat(Explainer explainer, Array images, int[] classes) {
        return HeatMapForm.REFERENCE.of(explainer.maps(images, classes));
    }

    private static Array rows(Array images, java.util.function.UnaryOperator<double[]> change) {
        List<Array> out = new ArrayList<>();
        for (int i = 0; i < images.dim(0); i++) {
            Array one = images.slice(i, i + 1);
            Array changed = Array.of(change.apply(one.toDoubles()), one.shape());
            out.add(images.dtype() == dev.qualm.array.DType.FLOAT64 ? changed : changed.asFloat32());
        }
        return Array.concat(out);
    }

    /** The curvature at an image and on the straight way to another, in float64 on the smoothed network. */
    CurvatureNumbers curvature(Array original, Array attacked, int target) {
        return CurvatureNumbers.of(
                network, beta, options.smoothing(beta), nonSmooth(), original, attacked, target, options.seed());
    }

    @Override
    public void close() {
        maps.close();
    }
}

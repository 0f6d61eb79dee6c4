package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.Explainer;
import dev.qualm.attribution.Normalisation;
import dev.qualm.attribution.SmoothGrad;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.manipulation.AdaptiveAttack;
import dev.qualm.manipulation.AttackResult;
import dev.qualm.manipulation.AttackTarget;
import dev.qualm.manipulation.Constraint;
import dev.qualm.manipulation.ExplanationAttack;
import dev.qualm.manipulation.HeatMapForm;
import dev.qualm.manipulation.Judge;
import dev.qualm.manipulation.Optimizer;
import dev.qualm.manipulation.RandomPerturbation;
import dev.qualm.manipulation.Similarity;
import dev.qualm.manipulation.SmoothGradComparison;
import dev.qualm.manipulation.Verdict;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An attack on images and all that is looked at afterwards.
 *
 * @param beta of the smoothing that pictures and the adaptive attack are about
 * @param smooths whether the network has anything that smoothing replaces
 */
record ManipulationRun(
        Network network,
        ManipulationOptions options,
        PixelBox pixels,
        Attribution method,
        SmoothedMaps maps,
        ExplanationAttack attack,
        double beta,
        boolean smooths) {
    /** Samples of SmoothGrad to try: equal cost, the paper's ten, and more. */
    private static final int[] SAMPLES = {1, 5, 10, 25};

    private static final double NOISE = 0.1;

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
        options.smoothing().betas().stream().filter(b -> b != beta).forEach(betas::add);
        for (double b : betas) {
            verdicts.put(b, judge(b).of(images, result.images(), control, wanted));
        }
        List<Verdict> written = judge(beta).of(images, rounded, control, wanted);
        ManipulationFindings.@Nullable Adaptive again =
                adaptive && smooths ? adaptive(images, target, wanted, classes, made, progress) : null;
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
                        looked(beta, images, result.images(), control, classes, target, wantedClasses)),
                wantedClasses,
                smooths,
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
                new AdaptiveAttack(attack, beta).run(maps, images, classes, same, step -> progress.accept(++made[0]));
        List<Verdict> verdicts = judge(beta).of(images, result.images(), control(images, result.images()), wanted);
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
                MapMeasures.of(false),
                MapMeasures.of(true),
                box());
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

    private static Array rows(Array images, UnaryOperator<double[]> change) {
        List<Array> out = new ArrayList<>();
        for (int i = 0; i < images.dim(0); i++) {
            Array one = images.slice(i, i + 1);
            Array changed = Array.of(change.apply(one.toDoubles()), one.shape());
            out.add(images.dtype() == DType.FLOAT64 ? changed : changed.asFloat32());
        }
        return Array.concat(out);
    }
}

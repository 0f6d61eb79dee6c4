package dev.qualm.manipulation;

import dev.qualm.Provenance;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.DifferentiableMaps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Changes images a little so that their relevance maps change a lot while the network's output stays (Dombrowski et al. 2019;
 * Ghorbani, Abid, Zou 2019).
 *
 * <p>Each image is attacked by itself, whatever batch it is in; random starts depend on its row. One step costs one map and
 * one derivative of it.
 *
 * @param loss what is minimised
 * @param descent how
 * @param betas smoothing of the attacked network, step by step
 * @param stop when an image is done
 * @param starts further attempts from random places
 */
public record ExplanationAttack(
        AttackLoss loss, Descent descent, BetaGrowth betas, EarlyStop stop, RandomStarts starts) {
    /** Images that go through the steps together; a point keeps what its derivative needs, so more cost memory. */
    static final int GROUP = 16;

    /**
     * Relative error of the map, probabilities held with factor 10; Adam at rate .001 for at most 1,500 steps with beta from
     * 10 to 100; early stop as usual; one attempt.
     *
     * @param constraint at best the box of valid pixels; a ball as well to bound the change
     */
    public static ExplanationAttack usual(Constraint constraint) {
        return new ExplanationAttack(
                AttackLoss.usual(),
                Descent.adam(1e-3, 1500, constraint),
                BetaGrowth.usual(),
                EarlyStop.usual(),
                RandomStarts.none());
    }

    /**
     * As the program of Dombrowski et al. 2019 does: mean squared errors of maps and probabilities with two factors, Adam,
     * the box of valid pixels, all steps, no restart.
     *
     * @param growth beta from 10 to 100 and, for the original and target maps and the output, 1000; else no smoothing at all
     * @param mapFactor 1e11 there, for images of 224 x 224
     * @param outputFactor 1e6 there
     * @param learningRate 2e-4 there
     * @param steps 1500 there
     */
    public static ExplanationAttack reference(
            boolean growth,
            double mapFactor,
            double outputFactor,
            double learningRate,
            int steps,
            double[] low,
            double[] high) {
        return new ExplanationAttack(
                new AttackLoss(
                        HeatMapForm.REFERENCE, new MapError(), mapFactor, OutputLoss.probabilities(outputFactor)),
                Descent.adam(learningRate, steps, Constraint.box(low, high)),
                growth ? new BetaGrowth(10, 100, 1000) : BetaGrowth.off(),
                EarlyStop.off(),
                RandomStarts.none());
    }

    public ExplanationAttack withLoss(AttackLoss newLoss) {
        return new ExplanationAttack(newLoss, descent, betas, stop, starts);
    }

    public ExplanationAttack withDescent(Descent newDescent) {
        return new ExplanationAttack(loss, newDescent, betas, stop, starts);
    }

    public ExplanationAttack withBetas(BetaGrowth newBetas) {
        return new ExplanationAttack(loss, descent, newBetas, stop, starts);
    }

    public ExplanationAttack withStop(EarlyStop newStop) {
        return new ExplanationAttack(loss, descent, betas, newStop, starts);
    }

    public ExplanationAttack withStarts(RandomStarts newStarts) {
        return new ExplanationAttack(loss, descent, betas, stop, newStarts);
    }

    /** Attacks the maps of the predicted classes, tells nobody of its steps and measures no similarity of images. */
    public AttackResult run(DoubleFunction<DifferentiableMaps> maps, Array images, AttackTarget target) {
        return run(maps, images, null, target, Map.of(), step -> {});
    }

    /**
     * Attacks a batch.
     *
     * @param maps the maps at a smoothing beta; infinite beta is the deployed network
     * @param images {@code [n, c, ...]}; FLOAT64 is kept, everything else is attacked as FLOAT32
     * @param classes what the maps explain, {@code [n]}, or null for the class that the network predicts for the original
     * @param target the heat maps that are wanted
     * @param measures similarities of images to report, by name
     * @param observer told of every step
     * @throws ManipulationException if the derivative of the maps is exactly zero for all of the first images
     */
    public AttackResult run(
            DoubleFunction<DifferentiableMaps> maps,
            Array images,
            int @Nullable [] classes,
            AttackTarget target,
            Map<String, Similarity> measures,
            AttackStep.Observer observer) {
        if (images.rank() < 2 || images.dim(0) == 0 || images.size() == 0) {
            throw new ShapeException("Expected images [n, ...] with one of them at least, but found " + images);
        }
        DType dtype = images.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        Array given = dtype == DType.FLOAT64 ? images : images.asFloat32();
        int[] shape = Rows.shape(images);
        List<Subject> subjects =
                new Subjects(maps.apply(betas.reference()), loss, descent.constraint()).of(given, classes, target);
        AttackRun run = new AttackRun(this, maps, dtype, shape, observer);
        Outcomes outcomes = new Outcomes(dtype, shape, descent.constraint(), measures);
        for (int from = 0; from < subjects.size(); from += GROUP) {
            List<Subject> group = subjects.subList(from, Math.min(subjects.size(), from + GROUP));
            List<List<Trial>> attempts = new ArrayList<>();
            for (int attempt = 0; attempt <= starts.restarts(); attempt++) {
                attempts.add(run.attempt(group, attempt, from == 0));
            }
            outcomes.add(attempts);
        }
        return outcomes.result(provenance());
    }

    private Provenance provenance() {
        return Provenance.of("explanation-attack")
                .with("loss", loss.map().name())
                .with("map factor", loss.mapFactor())
                .with("reduction", loss.form().reduction())
                .with("normalisation", loss.form().normalisation())
                .with("held", loss.output().kind())
                .with("output factor", loss.output().factor())
                .with("optimizer", descent.optimizer())
                .with("schedule", descent.schedule())
                .with("steps", descent.steps())
                .with("constraint", descent.constraint())
                .with("betas", betas)
                .with("stop", stop.isOff() ? "off" : stop)
                .with("restarts", starts.restarts())
                .with("seed", starts.seed());
    }
}

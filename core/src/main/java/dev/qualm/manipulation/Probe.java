package dev.qualm.manipulation;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.DifferentiableMaps;
import java.util.List;
import java.util.SplittableRandom;

/** Asks, before an attack, whether maps move with their images at all. */
/*
 * The gradient of a ReLU network is constant between its kinks: every derivative of the map is exactly zero, an optimiser
 * that divides by the gradient's size follows rounding errors, and nothing says why the attack fails. One pullback of a
 * random cotangent tells: for a derivative that is not zero it vanishes with probability zero.
 */
final class Probe {
    private Probe() {}

    static void derivative(
            DifferentiableMaps.Point point,
            Array batch,
            List<Trial> trials,
            long seed,
            double beta,
            boolean mayRefuse) {
        Array maps = point.maps();
        SplittableRandom random = Seeds.of(seed, 0, Integer.MAX_VALUE);
        int size = maps.size() / trials.size();
        double[] direction = Seeds.gaussian(random, size);
        List<double[]> same = trials.stream().map(t -> direction).toList();
        Array moved = Points.pullback(point, batch, Rows.batch(same, Rows.shape(maps)), null);
        int still = 0;
        for (int i = 0; i < trials.size(); i++) {
            trials.get(i).pullbacks++;
            still += Vectors.isZero(Rows.row(moved, i)) ? 1 : 0;
        }
        if (still == trials.size() && mayRefuse) {
            throw new ManipulationException("Expected maps that move with the image, but found a derivative of exactly "
                    + "zero everywhere at beta = " + beta + ", so that there is no direction to attack in. "
                    + advice(beta));
        }
        for (int i = 0; i < trials.size() && still > 0; i++) {
            if (Vectors.isZero(Rows.row(moved, i))) {
                trials.get(i).fail(Status.zeroGradient("the map does not move with this image. " + advice(beta)));
            }
        }
    }

    private static String advice(double beta) {
        return Double.isInfinite(beta)
                ? "The gradient of a ReLU network is constant between its kinks: smooth the attacked network (beta growth "
                        + "from 10 to 100), or attack a method that depends on activations, such as LRP"
                : "Smooth more (a smaller beta), or choose another method";
    }
}

package dev.qualm.manipulation;

import dev.qualm.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * How far the unit normal {@code n = grad / |grad|} turns along a path, for example from an image to its attacked version.
 *
 * <p>Always {@code chord <= arc}. Where the function is smooth, {@code arc} is the integral, up to the width of the pieces; a
 * kink turns the normal without showing in the integral, which then bounds nothing.
 *
 * @param length of the path, in units of the network's input
 * @param integral of {@code |P H u| / |grad|} along the path, u being its direction (midpoint rule); a bound on the chord
 *     unless void
 * @param arc length of the curve that the normal draws on the unit sphere, as the sum of the chords of the pieces; valid with
 *     and without kinks
 * @param chord {@code |n(end) - n(start)|}
 * @param pieces of the path in all
 * @param nonSmooth nodes of the network that void the integral as a bound; empty where it holds
 * @param status ok; {@code ZERO_GRADIENT} or {@code NON_FINITE}, and NaN, where the normal is undefined
 */
public record PathCurvature(
        double length, double integral, double arc, double chord, int pieces, List<String> nonSmooth, Status status) {
    public PathCurvature {
        nonSmooth = List.copyOf(nonSmooth);
    }

    /** Whether the integral bounds nothing. */
    public boolean isVoid() {
        return !nonSmooth.isEmpty();
    }

    /**
     * Measures a path.
     *
     * @param field gradients of the function
     * @param hessian Hessian products of the function at an image
     * @param path images {@code [size]}, two at least: a straight path, or the images of a recorded attack
     * @param pieces that each leg of the path is cut into
     * @param nonSmooth nodes with kinks, from the network's list; empty if there are none
     */
    public static PathCurvature along(
            GradientField field,
            Function<double[], HessianProducts> hessian,
            List<double[]> path,
            int pieces,
            List<String> nonSmooth) {
        ManipulationException.require(path.size() >= 2, "a path", "of at least 2 images", path.size());
        ManipulationException.require(pieces >= 1, "pieces", "of at least 1", pieces);
        List<double[]> nodes = nodes(path, pieces);
        double[][] middles = new double[nodes.size() - 1][];
        double[] steps = new double[middles.length];
        double length = 0;
        for (int i = 0; i < middles.length; i++) {
            double[] step = Vectors.minus(nodes.get(i + 1), nodes.get(i));
            middles[i] = nodes.get(i).clone();
            Vectors.add(middles[i], step, 0.5);
            steps[i] = Vectors.norm(step);
            length += steps[i];
        }
        double[][] normals = field.gradients(nodes.toArray(double[][]::new));
        double[][] gradients = field.gradients(middles);
        Status status = status(normals, gradients);
        if (!status.isOk()) {
            return new PathCurvature(length, Double.NaN, Double.NaN, Double.NaN, middles.length, nonSmooth, status);
        }
        for (int i = 0; i < normals.length; i++) {
            normals[i] = Vectors.times(normals[i], 1 / Vectors.norm(normals[i]));
        }
        double arc = 0;
        double integral = 0;
        for (int i = 0; i < middles.length; i++) {
            arc += Vectors.norm(Vectors.minus(normals[i + 1], normals[i]));
            if (steps[i] > 0) {
                double[] u = Vectors.times(Vectors.minus(nodes.get(i + 1), nodes.get(i)), 1 / steps[i]);
                integral += turn(hessian.apply(middles[i]), gradients[i], u) * steps[i];
            }
        }
        double chord = Vectors.norm(Vectors.minus(normals[normals.length - 1], normals[0]));
        Status found = Double.isFinite(integral)
                ? Status.OK
                : Status.nonFinite("a product with the Hessian holds NaN or infinity");
        return new PathCurvature(length, integral, arc, chord, middles.length, nonSmooth, found);
    }

    /** {@code |P H u| / |grad|}: how fast the normal turns along u. */
    private static double turn(HessianProducts hessian, double[] gradient, double[] u) {
        double[] product = hessian.times(new double[][] {u})[0];
        Vectors.add(product, gradient, -Vectors.dot(product, gradient) / Vectors.dot(gradient, gradient));
        return Vectors.norm(product) / Vectors.norm(gradient);
    }

    private static List<double[]> nodes(List<double[]> path, int pieces) {
        List<double[]> nodes = new ArrayList<>();
        for (int leg = 0; leg + 1 < path.size(); leg++) {
            double[] step = Vectors.minus(path.get(leg + 1), path.get(leg));
            for (int i = 0; i < pieces; i++) {
                double[] node = path.get(leg).clone();
                Vectors.add(node, step, (double) i / pieces);
                nodes.add(node);
            }
        }
        nodes.add(path.get(path.size() - 1).clone());
        return nodes;
    }

    private static Status status(double[][]... gradients) {
        for (double[][] some : gradients) {
            for (double[] gradient : some) {
                double norm = Vectors.norm(gradient);
                if (!Double.isFinite(norm)) {
                    return Status.nonFinite("a gradient along the path holds NaN or infinity");
                }
                if (norm == 0) {
                    return Status.zeroGradient("the gradient vanishes on the path, so the normal is undefined there");
                }
            }
        }
        return Status.OK;
    }
}

package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.attribution.Attributions;
import dev.qualm.attribution.DifferentiableMaps;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.attribution.Target;
import dev.qualm.manipulation.Curvature;
import dev.qualm.manipulation.GradientHessian;
import dev.qualm.manipulation.HessianProducts;
import dev.qualm.manipulation.Hutchinson;
import dev.qualm.manipulation.Lanczos;
import dev.qualm.manipulation.NetworkGradient;
import dev.qualm.manipulation.PathCurvature;
import dev.qualm.network.Network;
import dev.qualm.network.View;
import dev.qualm.network.engine.Precision;
import java.util.List;

/**
 * How curved the logit of a class is at an image and on the way to its attacked version.
 *
 * @param beta of the softplus in place of ReLU
 */
record CurvatureNumbers(double beta, Curvature at, PathCurvature path) {
    /** Pieces of the straight path. */
    private static final int PIECES = 20;

    /** In float64, so that rounding does not count as curvature. */
    static CurvatureNumbers of(
            Network network,
            double beta,
            View smoothing,
            List<String> nonSmooth,
            Array original,
            Array attacked,
            int target,
            long seed) {
        int[] batch = original.shape();
        int[] shape = java.util.Arrays.copyOfRange(batch, 1, batch.length);
        try (Network wide = network.to(Precision.FLOAT64);
                Network smooth = wide.with(smoothing);
                SmoothedMaps maps = SmoothedMaps.of(Attributions.of("gradient"), smooth, Target.logit())) {
            DifferentiableMaps gradient = maps.apply(Double.POSITIVE_INFINITY);
            NetworkGradient field = new NetworkGradient(smooth, shape, target);
            Array wideOriginal = original.asFloat64();
            double[] from = wideOriginal.toDoubles();
            double[] to = attacked.toDoubles();
            Curvature at;
            try (GradientHessian hessian = GradientHessian.of(gradient, wideOriginal, target)) {
                at = Curvature.of(
                        hessian,
                        field.gradients(new double[][] {from})[0],
                        Lanczos.usual(seed),
                        Hutchinson.usual(seed),
                        nonSmooth);
            }
            PathCurvature path = PathCurvature.along(
                    field,
                    point -> new Passing(gradient, Array.of(point, wideOriginal.shape()), target),
                    List.of(from, to),
                    PIECES,
                    nonSmooth);
            return new CurvatureNumbers(beta, at, path);
        }
    }

    /** Products at a point of the path, which keeps nothing in between. */
    private record Passing(DifferentiableMaps gradient, Array point, int target) implements HessianProducts {
        @Override
        public int size() {
            return point.size();
        }

        @Override
        public double[][] times(double[][] probes) {
            try (GradientHessian hessian = GradientHessian.of(gradient, point, target)) {
                return hessian.times(probes);
            }
        }
    }
}

package dev.qualm.attribution;

import dev.qualm.network.Network;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Integrated gradients (Sundararajan, Taly, Yan 2017, arXiv 1703.01365) with as many steps as each input needs: the trapezoid rule of
 * {@value #FEWEST} steps, doubled until the map sums up to the change of the output within a tolerance, or {@value #MOST} steps are
 * done. It is {@link IntegratedGradients} with {@code Quadrature.trapezoid} of that number of steps.
 *
 * <p>The sum is one number of a map: where it is right, errors of single elements may still cancel.
 *
 * <p>Costs two forward passes per node and one more; N steps have N + 1 nodes, and none is computed twice.
 *
 * @param tolerance largest residual, as a share of the change of the output; a change below {@value #SMALL} counts as that
 * @param baseline where the line begins
 */
public record AdaptivePath(double tolerance, Baseline baseline) implements Attribution {
    /** Steps that each input begins with: fewer may sum up by accident. */
    public static final int FEWEST = 8;

    /** Steps after which an input is given up. */
    public static final int MOST = 512;

    /** The least change of the output that the tolerance is a share of. */
    public static final double SMALL = 1e-3;

    public AdaptivePath {
        if (!(tolerance > 0 && tolerance < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("Expected a tolerance above 0, for example 0.01 for a residual of 1 % of"
                    + " the change of the output, but found " + tolerance);
        }
    }

    /**
     * Maps and the steps they took.
     *
     * @param explanation as of any method; its passes are the mean over the inputs
     * @param steps of each input, {@code [n]}
     * @param converged whether each input kept the tolerance, {@code [n]}; false where the output is not finite
     */
    public record Result(Explanation explanation, int[] steps, boolean[] converged) {}

    @Override
    public String name() {
        return "integrated-gradients-adaptive";
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("tolerance", tolerance);
        all.put("baseline", baseline);
        return all;
    }

    @Override
    public Completeness completeness() {
        return Completeness.DIFFERENCE;
    }

    @Override
    public AdaptiveExplainer on(Network network, Target target) {
        return new AdaptiveExplainer(this, network, target);
    }
}

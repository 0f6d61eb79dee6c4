package dev.qualm.attribution;

import dev.qualm.network.Network;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Integrated gradients (Sundararajan, Taly, Yan 2017, arXiv 1703.01365): the gradient averaged on the straight line from a baseline to the
 * input, times their difference. Complete: the map sums to the difference of the outputs, up to the error of the quadrature, which the
 * residual tells.
 *
 * <p>Costs two forward passes per node of the quadrature and one more.
 *
 * @param quadrature where the line is sampled
 * @param baseline where it begins
 */
public record IntegratedGradients(Quadrature quadrature, Baseline baseline) implements Attribution {
    /** Gauss-Legendre with 20 nodes from zero. */
    public static IntegratedGradients defaults() {
        return new IntegratedGradients(Quadrature.gaussLegendre(20), Baseline.zero());
    }

    /** Right Riemann sums of 30 steps from zero, as the reference implementation of Dombrowski et al. 2019. */
    public static IntegratedGradients reference() {
        return new IntegratedGradients(Quadrature.rightRiemann(30), Baseline.zero());
    }

    /**
     * As many steps of the trapezoid rule as each input needs.
     *
     * @param tolerance largest residual, as a share of the change of the output, for example 0.01
     */
    public static AdaptivePath adaptive(double tolerance, Baseline baseline) {
        return new AdaptivePath(tolerance, baseline);
    }

    @Override
    public String name() {
        return "integrated-gradients";
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("quadrature", quadrature);
        all.put("baseline", baseline);
        return all;
    }

    @Override
    public Completeness completeness() {
        return Completeness.DIFFERENCE;
    }

    @Override
    public Explainer on(Network network, Target target) {
        return AveragedMaps.of(this, new GradientMap(false), network, target, new LinePath(quadrature, baseline));
    }
}

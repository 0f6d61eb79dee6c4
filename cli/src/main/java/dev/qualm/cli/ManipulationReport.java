package dev.qualm.cli;

import dev.qualm.manipulation.AttackOutcome;
import dev.qualm.manipulation.SmoothGradComparison;
import dev.qualm.manipulation.Verdict;
import dev.qualm.report.ReportJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All numbers of an attack on one explanation, for machines.
 *
 * @param verdict the finding in words, line by line
 * @param settings of method, attack and image, in reading order
 * @param attack how it went, with the losses before every step
 * @param secondsPerStep on this machine
 * @param betas verdicts by smoothing
 * @param rounded the verdict on the 8-bit image, at the first of the betas
 * @param smoothGrad PCC to the original by number of samples
 * @param adaptive the attack on the smoothed map, null without
 * @param curvature null without
 */
record ManipulationReport(
        List<String> verdict,
        Map<String, String> settings,
        String prediction,
        double probability,
        double probabilityAfter,
        double l2,
        double linf,
        AttackOutcome attack,
        double secondsPerStep,
        Map<String, Verdict> betas,
        Verdict rounded,
        Map<String, Double> smoothGrad,
        @Nullable Map<String, Object> adaptive,
        @Nullable Map<String, Object> curvature) {
    /** Value of the field {@code format}; the number grows when a field changes its meaning or goes away. */
    static final String FORMAT = "qualm-manipulation-report/1";

    static ManipulationReport of(
            ManipulationFindings f,
            int i,
            List<String> verdict,
            Map<String, String> settings,
            ModelClasses classes,
            PixelBox pixels,
            @Nullable CurvatureNumbers curvature) {
        Map<String, Verdict> betas = new LinkedHashMap<>();
        f.verdicts().forEach((beta, all) -> betas.put(ManipulationText.number(beta), all.get(i)));
        Map<String, Double> noise = new LinkedHashMap<>();
        for (SmoothGradComparison.Line line : f.noise()) {
            noise.put(Integer.toString(line.samples()), line.toOriginal()[i]);
        }
        double[] change = ManipulationText.pixelChange(f, i, pixels);
        int steps = f.outcome(i).steps();
        return new ManipulationReport(
                verdict,
                settings,
                classes.name(f.predicted(i)),
                f.probability(i),
                f.probabilityAfter(i),
                change[0],
                change[1],
                f.outcome(i),
                steps == 0 ? Double.NaN : f.seconds() / steps,
                betas,
                f.written().get(i),
                noise,
                adaptive(f, i),
                curvature == null ? null : curvature(curvature));
    }

    String json() {
        return ReportJson.render(FORMAT, this);
    }

    private static @Nullable Map<String, Object> adaptive(ManipulationFindings f, int i) {
        ManipulationFindings.Adaptive a = f.adaptive();
        if (a == null) {
            return null;
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("attack", a.attack().outcomes().get(i));
        out.put("verdict", a.verdicts().get(i));
        return out;
    }

    private static Map<String, Object> curvature(CurvatureNumbers c) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("beta", c.beta());
        out.put("status", c.at().status().toString());
        out.put("gradientNorm", c.at().gradientNorm());
        out.put("largestEigenvalue", c.at().largest().eigenvalue());
        out.put("largestEigenvalueResidual", c.at().largest().residual());
        out.put("largestEigenvalueConverged", c.at().largest().converged());
        out.put("hessianProducts", c.at().largest().products());
        var principal = c.at().principal();
        out.put("largestPrincipalCurvature", principal == null ? Double.NaN : principal.eigenvalue());
        out.put("frobenius", c.at().frobenius().norm());
        out.put("frobeniusStandardError", c.at().frobenius().standardError());
        out.put("pathStatus", c.path().status().toString());
        out.put("pathLength", c.path().length());
        out.put("pathIntegral", c.path().integral());
        out.put("arcLength", c.path().arc());
        out.put("chord", c.path().chord());
        out.put("bound", c.path().isVoid() ? "void" : c.path().integral());
        out.put("nonSmoothNodes", new ArrayList<>(c.path().nonSmooth()));
        return out;
    }
}

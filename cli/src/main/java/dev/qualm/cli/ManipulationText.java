package dev.qualm.cli;

import dev.qualm.Status;
import dev.qualm.manipulation.AttackOutcome;
import dev.qualm.manipulation.Movement;
import dev.qualm.manipulation.SmoothGradComparison;
import dev.qualm.manipulation.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The verdict on one image's explanation, in plain words. */
final class ManipulationText {
    /** Correlation of a map with its original below which it counts as moved. */
    static final double MOVED = 0.8;

    private ManipulationText() {}

    /** A number with as few digits as tell it, for example {@code 10}, {@code 0.0314}. */
    static String number(double v) {
        if (v == Math.rint(v) && Math.abs(v) < 1e7) {
            return Long.toString((long) v);
        }
        String text = String.format(Locale.ROOT, "%.3g", v);
        return text.contains("e")
                ? text
                : text.replaceAll("(\\.\\d*?)0+$", "$1").replaceAll("\\.$", "");
    }

    private static String pcc(double v) {
        return Double.isNaN(v) ? "undefined" : String.format(Locale.ROOT, "%.2f", v);
    }

    /** The lines of the verdict; the first one is the finding. */
    static List<String> of(
            ManipulationFindings f,
            int i,
            String method,
            ModelClasses classes,
            PixelBox pixels,
            @Nullable CurvatureNumbers curvature) {
        Status status = f.status(i);
        List<String> lines = new ArrayList<>();
        if (!status.isOk()) {
            lines.add("No result for the explanation by " + method + ": " + status);
            return lines;
        }
        Verdict v = f.verdict(i);
        Movement m = f.movement(i, "pcc");
        lines.add(finding(f, i, method, m, v));
        lines.add(change(f, i, pixels));
        lines.add(prediction(f, i, classes, v));
        lines.add("Random change of equal L2 norm: PCC to the original map " + pcc(m.control()) + ".");
        lines.add(smoothing(f, i));
        if (!f.noise().isEmpty()) {
            lines.add(noise(f, i, m));
        }
        ManipulationFindings.Adaptive adaptive = f.adaptive();
        if (adaptive != null) {
            lines.add(adaptive(adaptive, i, betaOf(f)));
        }
        Movement written = ManipulationFindings.movement(f.written().get(i), "pcc");
        lines.add("Written as an 8-bit PNG, the map has PCC " + pcc(written.attacked()) + " to the original"
                + (Double.isNaN(written.targetAfter()) ? "" : " and " + pcc(written.targetAfter()) + " to the target")
                + "; the exact image is in the npz.");
        if (curvature != null) {
            lines.addAll(curvature(curvature));
        }
        return lines;
    }

    private static double betaOf(ManipulationFindings f) {
        return f.verdicts().keySet().iterator().next();
    }

    private static String finding(ManipulationFindings f, int i, String method, Movement m, Verdict v) {
        boolean moved = m.attacked() < MOVED;
        // Most of what was lost is lost to chance as well.
        boolean byChance = 1 - m.control() > (1 - m.attacked()) / 2;
        String text = !moved
                ? "This attack did not move the explanation by " + method + " far"
                : !v.classKept()
                        ? "The explanation by " + method + " moved, but so did the prediction"
                        : byChance
                                ? "The explanation by " + method
                                        + " moved, but a random change of equal size moves it about as far"
                                : "The explanation by " + method + " can be faked";
        text += ": PCC to the original map " + pcc(m.attacked());
        if (!Double.isNaN(m.targetAfter())) {
            text += ", to the target's " + pcc(m.targetAfter()) + " (before: " + pcc(m.targetBefore()) + ")";
        }
        AttackOutcome o = f.outcome(i);
        String ended = switch (o.reason()) {
            case REACHED -> ", then stopped: the map was as wanted";
            case PLATEAU -> ", then stopped: the loss no longer fell";
            case STEPS, FAILED -> "";
        };
        return text + ". " + o.steps() + " steps" + ended + ".";
    }

    private static String change(ManipulationFindings f, int i, PixelBox pixels) {
        double[] change = pixelChange(f, i, pixels);
        Map<String, Double> s = f.verdict(i).change().similarities();
        return String.format(
                Locale.ROOT,
                "Image change, pixels in 0 to 1: L2 %s, L∞ %s (%.1f/255), SSIM %.3f.",
                number(change[0]),
                number(change[1]),
                255 * change[1],
                s.getOrDefault("ssim", Double.NaN));
    }

    /** L2 and L∞ of the change, pixels in 0 to 1. */
    static double[] pixelChange(ManipulationFindings f, int i, PixelBox pixels) {
        double[] a = pixels.pixels(f.images().slice(i, i + 1).toDoubles());
        double[] b = pixels.pixels(f.attack().images().slice(i, i + 1).toDoubles());
        double sum = 0;
        double most = 0;
        for (int k = 0; k < a.length; k++) {
            sum += (b[k] - a[k]) * (b[k] - a[k]);
            most = Math.max(most, Math.abs(b[k] - a[k]));
        }
        return new double[] {Math.sqrt(sum), most};
    }

    private static String prediction(ManipulationFindings f, int i, ModelClasses classes, Verdict v) {
        String before = classes.name(f.predicted(i));
        double[] after = ManipulationFindings.Logits.probabilities(f.logits().attacked(), i);
        if (v.classKept()) {
            return String.format(
                    Locale.ROOT,
                    "Prediction kept: %s, probability %.3f before and %.3f after.",
                    before,
                    f.probability(i),
                    f.probabilityAfter(i));
        }
        int now = ManipulationFindings.Logits.argmax(after);
        return String.format(
                Locale.ROOT,
                "Prediction changed: %s (%.3f) became %s (%.3f).",
                before,
                f.probability(i),
                classes.name(now),
                after[now]);
    }

    private static String smoothing(ManipulationFindings f, int i) {
        if (!f.smoothed()) {
            return "Smoothing: none, since the network has no Relu or Clip to replace.";
        }
        List<String> parts = new ArrayList<>();
        f.verdicts().forEach((beta, all) -> {
            Verdict v = all.get(i);
            Movement m = ManipulationFindings.movement(v, "pcc");
            parts.add("beta " + number(beta) + ": PCC " + pcc(m.smoothed()) + " (probabilities off by "
                    + number(v.smoothingGap()) + ")");
        });
        return "Smoothed maps before and after, " + String.join("; ", parts) + ".";
    }

    private static String noise(ManipulationFindings f, int i, Movement m) {
        List<String> parts = new ArrayList<>();
        for (SmoothGradComparison.Line line : f.noise()) {
            parts.add(line.samples() + ": " + pcc(line.toOriginal()[i]));
        }
        String all = "SmoothGrad, PCC by number of samples: " + String.join(", ", parts);
        if (!f.smoothed()) {
            return all + ".";
        }
        int needed = SmoothGradComparison.samplesFor(f.noise(), i, m.smoothed());
        String cost = needed == 0
                ? "none of these reaches smoothing at beta "
                : needed == 1
                        ? "at equal cost, 1 sample, it is no worse than smoothing at beta "
                        : needed + " samples, " + needed + " times the cost, reach smoothing at beta ";
        return all + "; " + cost + number(betaOf(f)) + ".";
    }

    private static String adaptive(ManipulationFindings.Adaptive a, int i, double beta) {
        Verdict v = a.verdicts().get(i);
        Status status = a.attack().outcomes().get(i).status();
        if (!status.isOk()) {
            return "Attack on the smoothed map itself: no result, " + status + ".";
        }
        Movement m = ManipulationFindings.movement(v, "pcc");
        return "Attack on the smoothed map itself (beta " + number(beta) + "): PCC to the original smoothed map "
                + pcc(m.smoothed())
                + (Double.isNaN(m.targetSmoothed()) ? "" : ", to the target's " + pcc(m.targetSmoothed()))
                + (v.classKept() ? ", prediction kept." : ", prediction changed.");
    }

    private static List<String> curvature(CurvatureNumbers c) {
        List<String> lines = new ArrayList<>();
        lines.add("Curvature of the class logit at beta " + number(c.beta()) + ": |grad| "
                + number(c.at().gradientNorm()) + ", largest eigenvalue "
                + number(c.at().largest().eigenvalue())
                + (c.at().largest().converged() ? "" : " (not converged)") + ", Frobenius norm "
                + number(c.at().frobenius().norm()) + " ± "
                + number(c.at().frobenius().standardError()) + "; on the way to the manipulated image the gradient's"
                + " direction travels " + number(c.path().arc()) + " and ends "
                + number(c.path().chord()) + " away.");
        lines.add(
                c.path().isVoid()
                        ? "Bound from curvature: VOID. It holds for smooth networks only; kinks remain at "
                                + first(c.path().nonSmooth())
                                + " (the integral along the way, "
                                + number(c.path().integral()) + ", bounds nothing)."
                        : "Bound from curvature: the direction turns by at most "
                                + number(c.path().integral()) + " on this way.");
        return lines;
    }

    static String first(List<String> nodes) {
        int most = 5;
        return nodes.size() <= most
                ? String.join(", ", nodes)
                : String.join(", ", nodes.subList(0, most)) + " and " + (nodes.size() - most) + " more";
    }
}

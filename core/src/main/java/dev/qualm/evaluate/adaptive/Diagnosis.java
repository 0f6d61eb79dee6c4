package dev.qualm.evaluate.adaptive;

import dev.qualm.evaluate.adaptive.LadderWarning.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the rungs and two further runs say of the attacks themselves. */
final class Diagnosis {
    private static final double MANY = 0.05;

    private Diagnosis() {}

    /**
     * @param rungs those that apply, by name
     * @param stuck items that the joint loss leaves where it found them
     * @param oneStep share that evades after one step of orthogonal descent and of the joint loss each
     * @param twice share that evades the better of both within twice the budget
     * @param once share that evades the better of both within the budget
     */
    static List<LadderWarning> of(Map<String, LadderRung> rungs, int stuck, double oneStep, double once, double twice) {
        List<LadderWarning> out = new ArrayList<>();
        double white = 0;
        for (String name : Rungs.WHITE_BOX) {
            LadderRung rung = rungs.get(name);
            if (rung == null) {
                continue;
            }
            white = Math.max(white, rung.evaded());
            if (rung.zeroGradients() > MANY) {
                out.add(warning(
                        Check.ZERO_GRADIENT, "%s: %.0f%% of the score's gradients", name, 100 * rung.zeroGradients()));
            }
        }
        if (stuck > 0) {
            out.add(warning(Check.LOSS_NOT_INCREASING, "joint: %d items end where they began", stuck));
        }
        if (oneStep > 0 && once < 1 && oneStep >= once) {
            out.add(warning(Check.ONE_STEP_AS_GOOD, "one step evades %.3f, all %.3f", oneStep, once));
        }
        if (twice < once || (once < 1 && twice == once)) {
            out.add(warning(
                    Check.LARGER_EPSILON_NOT_STRONGER, "twice the budget evades %.3f, the budget %.3f", twice, once));
        }
        LadderRung query = rungs.get(Rungs.QUERY);
        if (query != null && query.evaded() > white) {
            out.add(warning(
                    Check.BLACK_BOX_STRONGER, "%s evades %.3f, gradients %.3f", Rungs.QUERY, query.evaded(), white));
        }
        LadderRung noise = rungs.get(Rungs.NOISE);
        if (noise != null && noise.evaded() > 0 && noise.evaded() >= white) {
            out.add(warning(Check.NOISE_AS_GOOD, "noise evades %.3f, gradients %.3f", noise.evaded(), white));
        }
        return out;
    }

    private static LadderWarning warning(Check check, String format, Object... values) {
        return new LadderWarning(check, String.format(Locale.ROOT, format, values));
    }
}

package dev.qualm.detect;

import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.SequentialTest;
import dev.qualm.mutation.StoppingRule.Decision;
import java.util.List;

/**
 * The decision whether an input's label change rate is above a threshold: 1 if it is, 0 if not, NaN if the mutants ran out before it was
 * known.
 *
 * @param lcr with a rule that decides
 */
public record LcrVerdict(LcrScore lcr) implements Score {
    @Override
    public String name() {
        return "lcr-verdict";
    }

    @Override
    public String question() {
        return "Is the label change rate above its threshold?";
    }

    @Override
    public Source source() {
        return Source.MUTANTS;
    }

    @Override
    public double passes(int classes) {
        return lcr.passes(classes);
    }

    @Override
    public List<Work> work(int classes, CosineSimilarityMaps maps) {
        return lcr.work(classes, maps);
    }

    @Override
    public double[] score(Evidence evidence) {
        LabelChangeRate.Result found = evidence.labelChanges(lcr.rate());
        double[] out = new double[evidence.size()];
        for (int i = 0; i < out.length; i++) {
            Decision decision = found.decisions().get(i);
            if (decision == Decision.UNDECIDED
                    && found.mutants()[i] > 0
                    && lcr.rate().rule() instanceof SequentialTest test) {
                decision = test.verdict(found.mutants()[i], found.changes()[i]);
            }
            out[i] = decision == Decision.ABOVE ? 1 : decision == Decision.BELOW ? 0 : Double.NaN;
        }
        return out;
    }
}

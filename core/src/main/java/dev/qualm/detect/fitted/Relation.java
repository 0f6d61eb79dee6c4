package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;
import java.util.List;

/**
 * Relation (Kim, Yun, Song 2023): {@code -sum r_i} over trusted items i with {@code r_i = max(cos(h, h_i), 0)
 * <p, p_i>} above a threshold, p the softmax. Published as trust (its negative).
 *
 * @param threshold below which items are not related
 * @param places items kept; of more, a sample
 */
record Relation(double threshold, int places) implements Detector {
    static final About ABOUT = About.of(
            "relation",
            "Are there few trusted items that look and are predicted alike?",
            "Kim, Yun, Song 2023",
            Published.TRUST,
            Reads.LOGITS,
            Reads.FEATURES);
    static final Settings DEFAULTS = Settings.of("threshold", 0.03).and("bank", Bank.PLACES);

    static Relation of(Settings s) {
        return new Relation(s.number(ABOUT.name(), "threshold", 0, 1), s.integer(ABOUT.name(), "bank", 1));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("threshold", threshold).and("bank", places);
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(Bank.places(places));
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        Bank bank = found.get(Bank.places(places));
        return Learnt.nothing().with("features", bank.features()).with("logits", bank.logits());
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        BankRows bank = new BankRows(learnt.stored("features", site.features()));
        double[][] softmax = learnt.matrix("logits", bank.size(), site.classes());
        for (int i = 0; i < softmax.length; i++) {
            softmax[i] = Softmax.probabilities(softmax[i]);
        }
        return new Judge.ByBank(bank::cosines, (batch, i, cosines) -> {
            double[] agreements = Vectors.times(softmax, Softmax.probabilities(batch.logits(i)));
            double sum = 0;
            for (int j = 0; j < cosines.length; j++) {
                double r = Math.max(cosines[j], 0) * agreements[j];
                sum += r > threshold ? r : 0;
            }
            return -sum;
        });
    }
}

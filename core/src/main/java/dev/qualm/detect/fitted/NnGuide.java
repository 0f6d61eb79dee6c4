package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;
import java.util.List;

/**
 * NNGuide (Park, Jung, Teoh 2023): {@code -LSE(f)} times the mean of the k largest {@code LSE(f_i) <h / |h|, h_i / |h_i|>} over trusted
 * items i. Published as trust (its negative).
 *
 * @param k neighbours averaged
 * @param places items kept; of more, a sample
 */
record NnGuide(int k, int places) implements Detector {
    static final About ABOUT = About.of(
            "nnguide",
            "Is there little evidence here and at similar trusted items?",
            "Park, Jung, Teoh 2023",
            Published.TRUST,
            Reads.LOGITS,
            Reads.FEATURES);
    static final Settings DEFAULTS = Settings.of("k", 100).and("bank", Bank.PLACES);

    static NnGuide of(Settings s) {
        return new NnGuide(s.integer(ABOUT.name(), "k", 1), s.integer(ABOUT.name(), "bank", 1));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("k", k).and("bank", places);
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(Bank.places(places));
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        Bank bank = found.get(Bank.places(places));
        Knn.requireEnough(ABOUT.name(), bank.features().dim(0), k);
        double[] confidence = bank.items().stream()
                .mapToDouble(i -> Softmax.logSumExp(i.logits().values()))
                .toArray();
        return Learnt.nothing().with("bank", bank.features()).with("confidence", confidence);
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        BankRows bank = new BankRows(learnt.stored("bank", site.features()));
        Knn.requireEnough(ABOUT.name(), bank.size(), k);
        double[] confidence = learnt.vector("confidence", bank.size());
        return new Judge.ByBank(bank::cosines, (batch, i, products) -> {
            for (int j = 0; j < products.length; j++) {
                products[j] *= confidence[j];
            }
            return -Softmax.logSumExp(batch.logits(i)) * (Vectors.sumOfLargest(products, k) / k);
        });
    }
}

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
        List<Bank.Item> items = found.get(Bank.places(places)).items();
        Knn.requireEnough(ABOUT.name(), items.size(), k);
        double[][] guides = new double[items.size()][];
        for (int i = 0; i < guides.length; i++) {
            guides[i] = Vectors.scaled(
                    Vectors.unit(items.get(i).features()),
                    Softmax.logSumExp(items.get(i).logits()));
        }
        return Learnt.nothing().with("guides", guides, site.features());
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        double[][] guides = learnt.matrix("guides", site.features());
        Knn.requireEnough(ABOUT.name(), guides.length, k);
        return (Judge.OfRow) (batch, i) -> {
            double[] products = Vectors.times(guides, Vectors.unit(batch.features(i)));
            return -Softmax.logSumExp(batch.logits(i)) * (Vectors.sumOfLargest(products, k) / k);
        };
    }
}

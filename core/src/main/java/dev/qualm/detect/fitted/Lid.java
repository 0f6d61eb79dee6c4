package dev.qualm.detect.fitted;

import java.util.Arrays;
import java.util.List;

/**
 * Local intrinsic dimensionality (Amsaleg et al. 2015; Ma et al. 2018, equation 4) of features or logits among trusted items:
 * {@code -k / sum_(j<=k) ln(r_j / r_k)} with r_j the distance to the j-th nearest. Published as distrust: adversarial inputs lie where
 * dimension is large.
 *
 * <p>No neighbour is dropped: trusted items are not the scored ones. Undefined where the k nearest are equally far. The paper compares with
 * other items of a small batch, so with few; {@code bank} says how many.
 *
 * @param of what is compared
 * @param k neighbours
 * @param places items kept; of more, a sample
 */
record Lid(Of of, int k, int places) implements Detector {
    /** What is compared. */
    enum Of {
        FEATURES,
        LOGITS
    }

    static final About ABOUT = About.of(
            "lid",
            "Is the neighbourhood among trusted items of high dimension?",
            "Ma, Li, Wang, Erfani, Wijewickrema, Schoenebeck, Song, Houle, Bailey 2018",
            Published.DISTRUST,
            Reads.LOGITS,
            Reads.FEATURES);
    static final Settings DEFAULTS = Settings.of("of", "features").and("k", 20).and("bank", 100);

    static Lid of(Settings s) {
        return new Lid(
                s.choice(ABOUT.name(), "of", Of.class),
                s.integer(ABOUT.name(), "k", 2),
                s.integer(ABOUT.name(), "bank", 2));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("of", Settings.lower(of)).and("k", k).and("bank", places);
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(Bank.places(places));
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        Bank bank = found.get(Bank.places(places));
        double[][] rows = of == Of.FEATURES ? bank.features() : bank.logits();
        Knn.requireEnough(ABOUT.name(), rows.length, k);
        return Learnt.nothing().with("bank", rows, width(site));
    }

    private int width(Site site) {
        return of == Of.FEATURES ? site.features() : site.classes();
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        double[][] bank = learnt.matrix("bank", width(site));
        Knn.requireEnough(ABOUT.name(), bank.length, k);
        return (Judge.OfRow) (batch, i) -> {
            double[] x = of == Of.FEATURES ? batch.features(i) : batch.logits(i);
            double[] squares = new double[bank.length];
            for (int j = 0; j < squares.length; j++) {
                squares[j] = Vectors.squaredDistance(x, bank[j]);
            }
            Vectors.select(squares, k - 1);
            Arrays.sort(squares, 0, k);
            double sum = 0;
            for (int j = 0; j < k; j++) {
                sum += Math.log(squares[j] / squares[k - 1]) / 2;
            }
            return -k / sum;
        };
    }
}

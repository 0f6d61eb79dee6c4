package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import java.util.List;

/**
 * Nearest neighbours (Sun, Ming, Zhu, Li 2022): Euclidean distance of {@code h / |h|} to the k-th nearest of the trusted items, likewise
 * scaled. Published as trust (its negative).
 *
 * @param k which neighbour
 * @param places items kept; of more, a sample
 */
record Knn(int k, int places) implements Detector {
    static final About ABOUT = About.of(
            "knn",
            "Are there few trusted items with similar features?",
            "Sun, Ming, Zhu, Li 2022",
            Published.TRUST,
            Reads.FEATURES);
    static final Settings DEFAULTS = Settings.of("k", 50).and("bank", Bank.PLACES);

    static Knn of(Settings s) {
        return new Knn(s.integer(ABOUT.name(), "k", 1), s.integer(ABOUT.name(), "bank", 1));
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
        Array bank = found.get(Bank.places(places)).features();
        requireEnough(ABOUT.name(), bank.dim(0), k);
        return Learnt.nothing().with("bank", bank);
    }

    static void requireEnough(String name, int found, int k) {
        DetectorException.require(
                found >= k, name, "at least k = " + k + " items", found, "give more, a larger bank or a smaller k");
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        BankRows bank = new BankRows(learnt.stored("bank", site.features()));
        requireEnough(ABOUT.name(), bank.size(), k);
        return new Judge.ByBank(
                bank::squaredDistances, (batch, i, squares) -> Math.sqrt(Vectors.select(squares, k - 1)));
    }
}

package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.detect.Softmax;
import java.util.Arrays;
import java.util.List;

/**
 * Virtual-logit matching (Wang, Li, Feng, Zhang 2022): {@code alpha |N'(h - u)| - LSE(f)} with the origin {@code u = -W^+ b} where all
 * logits are equal but for rounding, N the minor eigenvectors of the features' second moment around u, and alpha the ratio of the mean
 * largest logit to the mean residual of trusted items. Published as distrust (a probability that grows with this).
 *
 * <p>{@code residual} is the first term alone, without alpha.
 *
 * @param leading eigenvectors left out of N; 0 for the paper's choice: 1000 of 2048 features and more, 512 of 768 and more, else half
 * @param residual whether the residual alone is the score
 */
/*
 * The mean residual needs the eigenvectors, which are known after the pass only. It is taken over the bank: all items, or a sample that
 * was drawn in the same pass.
 */
record Vim(int leading, boolean residual) implements Detector {
    static final About ABOUT = About.of(
            "vim",
            "Do features outside of their usual subspace outweigh the evidence for the classes?",
            "Wang, Li, Feng, Zhang 2022",
            Published.DISTRUST,
            Reads.LOGITS,
            Reads.FEATURES,
            Reads.HEAD_WEIGHTS);
    static final About RESIDUAL = About.of(
            "residual",
            "Do the features lie outside of their usual subspace?",
            "Wang, Li, Feng, Zhang 2022, as one of its parts",
            Published.DISTRUST,
            Reads.FEATURES,
            Reads.HEAD_WEIGHTS);
    static final Settings DEFAULTS = Settings.of("leading", 0);

    static Vim of(Settings s) {
        return new Vim(s.integer(ABOUT.name(), "leading", 0), false);
    }

    static Vim residual(Settings s) {
        return new Vim(s.integer(RESIDUAL.name(), "leading", 0), true);
    }

    @Override
    public About about() {
        return residual ? RESIDUAL : ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("leading", leading);
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return residual ? List.of(Moments.Of.FEATURES) : List.of(Moments.Of.FEATURES, Bank.usual());
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        int d = site.features();
        int removed = leading > 0 ? leading : d >= 2048 ? 1000 : d >= 768 ? 512 : d / 2;
        DetectorException.require(
                removed < d,
                about().name(),
                "fewer leading directions than features",
                removed + " of " + d,
                "give less");
        double[] origin = Vectors.scaled(Eigen.solve(site.weight(), site.bias()), -1);
        Eigen eigen = found.get(Moments.Of.FEATURES).eigenAround(origin);
        Array columns = Matrix.transposed(Arrays.copyOfRange(eigen.vectors(), removed, d));
        Learnt learnt = Learnt.nothing().with("minor", columns).with("origin", origin);
        return residual
                ? learnt
                : learnt.with("alpha", alpha(found.get(Bank.usual()).items(), Matrix.columns(columns), origin));
    }

    private static double alpha(List<Bank.Item> items, Matrix minor, double[] origin) {
        double logits = 0;
        double residuals = 0;
        for (Bank.Item item : items) {
            logits += Softmax.max(item.logits().values());
            residuals += residual(minor, origin, item.features().values());
        }
        DetectorException.require(
                residuals > 0,
                ABOUT.name(),
                "features that leave their leading subspace",
                items.size() + " items that do not",
                "give more items, or remove fewer leading directions");
        return logits / residuals;
    }

    private static double residual(Matrix minor, double[] origin, double[] h) {
        return Vectors.norm(minor.times(Vectors.minus(h, origin)));
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        Matrix minor = learnt.columns("minor", site.features());
        double[] origin = learnt.vector("origin", site.features());
        Judge.ByProduct.Before centred = (batch, i) -> Vectors.minus(batch.features(i), origin);
        if (residual) {
            return new Judge.ByProduct(minor, centred, (batch, i, product) -> Vectors.norm(product));
        }
        double alpha = learnt.number("alpha");
        return new Judge.ByProduct(
                minor,
                centred,
                (batch, i, product) -> alpha * Vectors.norm(product) - Softmax.logSumExp(batch.logits(i)));
    }
}

package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Local intrinsic dimensionality (Amsaleg et al. 2015; Ma et al. 2018, equation 4) of features, logits or layers among trusted items:
 * {@code -k / sum_(j<=k) ln(r_j / r_k)} with r_j the distance to the j-th nearest. Published as distrust: adversarial inputs lie where
 * dimension is large.
 *
 * <p>No neighbour is dropped: trusted items are not the scored ones. Undefined where the k nearest are equally far. The paper compares with
 * other items of a small batch, so with few; {@code bank} says how many.
 *
 * <p>Of layers, all elements of an output are compared; of several layers the sum over them is taken, where the paper learns a weight for
 * each.
 *
 * @param of what is compared: features, logits, or layers as {@link Layers} tells them
 * @param k neighbours
 * @param places items kept; of more, a sample
 */
record Lid(String of, int k, int places) implements Detector {
    private static final String FEATURES = "features";
    private static final String LOGITS = "logits";

    static final About ABOUT = About.of(
            "lid",
            "Is the neighbourhood among trusted items of high dimension?",
            "Ma, Li, Wang, Erfani, Wijewickrema, Schoenebeck, Song, Houle, Bailey 2018",
            Published.DISTRUST,
            Reads.LOGITS,
            Reads.FEATURES);
    static final Settings DEFAULTS = Settings.of("of", "features").and("k", 20).and("bank", 100);

    private static final About OF_LAYERS =
            About.of(ABOUT.name(), ABOUT.question(), ABOUT.paper(), ABOUT.published(), Reads.LOGITS, Reads.LAYERS);

    static Lid of(Settings s) {
        return new Lid(
                Layers.of(ABOUT.name(), s.text("of")).text(),
                s.integer(ABOUT.name(), "k", 2),
                s.integer(ABOUT.name(), "bank", 2));
    }

    private @Nullable Quantity layers() {
        return of.equals(FEATURES) || of.equals(LOGITS) ? null : new LayerValues(new Layers(of));
    }

    @Override
    public About about() {
        return layers() == null ? ABOUT : OF_LAYERS;
    }

    @Override
    public Settings settings() {
        return Settings.of("of", of).and("k", k).and("bank", places);
    }

    @Override
    public List<Quantity> quantities() {
        Quantity layers = layers();
        return layers == null ? List.of() : List.of(layers);
    }

    private Statistic.Need<Bank> bank() {
        Quantity layers = layers();
        return layers == null ? Bank.places(places) : Bank.places(places, layers);
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(bank());
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        Bank bank = found.get(bank());
        Array rows = of.equals(LOGITS) ? bank.logits() : bank.features();
        Knn.requireEnough(ABOUT.name(), rows.dim(0), k);
        double[] layout = layers() == null
                ? new double[] {width(site)}
                : Arrays.stream(bank.layout()).asDoubleStream().toArray();
        return Learnt.nothing().with("bank", rows).with("layers", layout);
    }

    private int width(Site site) {
        return of.equals(LOGITS) ? site.classes() : site.features();
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        int[] layout = learnt.counts("layers");
        long total = Arrays.stream(layout).asLongStream().sum();
        if (total > Integer.MAX_VALUE || (layers() == null && total != width(site))) {
            throw Learnt.failure("layers", "the widths of the layers", total);
        }
        int width = (int) total;
        double[][] bank = learnt.matrix("bank", width);
        Knn.requireEnough(ABOUT.name(), bank.length, k);
        Quantity layers = layers();
        return (Judge.OfRow) (batch, i) -> {
            double[] x = of.equals(LOGITS)
                    ? batch.logits(i)
                    : layers == null
                            ? batch.features(i)
                            : batch.quantity(layers.name(), width).values()[i];
            double sum = 0;
            int from = 0;
            for (int size : layout) {
                sum += dimension(x, bank, from, from + size);
                from += size;
            }
            return sum;
        };
    }

    private double dimension(double[] x, double[][] bank, int from, int to) {
        double[] squares = new double[bank.length];
        for (int j = 0; j < squares.length; j++) {
            for (int e = from; e < to; e++) {
                double d = x[e] - bank[j][e];
                squares[j] += d * d;
            }
        }
        Vectors.select(squares, k - 1);
        Arrays.sort(squares, 0, k);
        double sum = 0;
        for (int j = 0; j < k; j++) {
            sum += Math.log(squares[j] / squares[k - 1]) / 2;
        }
        return -k / sum;
    }
}

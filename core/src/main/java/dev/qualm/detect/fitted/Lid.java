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
 * <p>No neighbour is dropped by default: trusted items are not the scored ones. Undefined where the k nearest are equally far. The paper compares with
 * other items of a small batch, so with few; {@code bank} says how many.
 *
 * <p>Of layers, all elements of an output are compared; of several layers the sum over them is taken, where the paper learns a weight for
 * each.
 *
 * @param of what is compared: features, logits, or layers as {@link Layers} tells them
 * @param k neighbours
 * @param places items kept; of more, a sample
 * @param drop how many of the nearest are left out: 1 as the authors' code does with all items, attacked ones too
 */
record Lid(String of, int k, int places, int drop) implements Detector {
    private static final String FEATURES = "features";
    private static final String LOGITS = "logits";

    static final About ABOUT = About.of(
            "lid",
            "Is the neighbourhood among trusted items of high dimension?",
            "Ma, Li, Wang, Erfani, Wijewickrema, Schoenebeck, Song, Houle, Bailey 2018",
            Published.DISTRUST,
            Reads.LOGITS,
            Reads.FEATURES);
    static final Settings DEFAULTS =
            Settings.of("of", "features").and("k", 20).and("bank", 100).and("drop", 0);

    private static final About OF_LAYERS =
            About.of(ABOUT.name(), ABOUT.question(), ABOUT.paper(), ABOUT.published(), Reads.LOGITS, Reads.LAYERS);

    static Lid of(Settings s) {
        int k = s.integer(ABOUT.name(), "k", 2);
        int drop = s.integer(ABOUT.name(), "drop", 0);
        DetectorException.require(drop <= k, ABOUT.name(), "to drop at most k = " + k + " items", drop, "drop fewer");
        return new Lid(Layers.of(ABOUT.name(), s.text("of")).text(), k, s.integer(ABOUT.name(), "bank", 2), drop);
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
        return Settings.of("of", of).and("k", k).and("bank", places).and("drop", drop);
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
        requireEnough(rows.dim(0));
        double[] layout = layers() == null
                ? new double[] {width(site)}
                : Arrays.stream(bank.layout()).asDoubleStream().toArray();
        return Learnt.nothing().with("bank", rows).with("layers", layout);
    }

    private void requireEnough(int found) {
        DetectorException.require(
                found - drop >= k,
                ABOUT.name(),
                "at least k = " + k + " items" + (drop == 0 ? "" : " beside the " + drop + " dropped"),
                found,
                "give more, a larger bank or a smaller k");
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
        requireEnough(bank.length);
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
        int last = drop + k - 1;
        Vectors.select(squares, last);
        Arrays.sort(squares, 0, last + 1);
        double sum = 0;
        for (int j = drop; j <= last; j++) {
            sum += Math.log(squares[j] / squares[last]) / 2;
        }
        return -k / sum;
    }
}

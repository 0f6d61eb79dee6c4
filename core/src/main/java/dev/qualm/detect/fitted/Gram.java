package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Gram matrices (Sastry, Oore 2020): how far the row sums g of powers of inner layers' Gram matrices leave the range that trusted items of the
 * predicted class span, {@code sum_l delta_l / E_l / max p} with {@code delta_l = sum (max(min - g, 0) / |min + e| + max(g - max, 0) / |max +
 * e|)} over powers and channels, e = 1e-6, and E_l its mean over trusted items held out of the ranges, a tenth. Published as distrust.
 *
 * <p>Ranges are by true class (the predicted one where that is unknown). A sum that is 0 on all trusted items of a class is divided by e, as
 * published: such a channel alone decides as soon as it fires; {@code silent=skip} leaves it out. Layers in which no item held out leaves its
 * range are left out. Undefined where the predicted class has no trusted items. The paper takes powers to 10; OpenOOD's are 5.
 *
 * @param layers activations, or named tensors; axis 1 is the channels
 * @param powers greatest power q
 * @param silent whether sums that are 0 throughout count
 * @param confidence whether the sum is divided by the largest probability
 */
record Gram(Layers layers, int powers, Silent silent, Confidence confidence) implements Detector {
    /** What becomes of sums that are 0 on all trusted items of a class. */
    enum Silent {
        COUNT,
        SKIP
    }

    /** What becomes of the largest probability. */
    enum Confidence {
        DIVIDE,
        IGNORE
    }

    static final About ABOUT = About.of(
                    "gram",
                    "Do correlations within inner layers leave their usual range?",
                    "Sastry, Oore 2020",
                    Published.DISTRUST,
                    Reads.LOGITS,
                    Reads.LAYERS,
                    Reads.LABELS)
            .forLogProbabilities();
    static final Settings DEFAULTS = Settings.of("layers", Layers.ACTIVATIONS)
            .and("powers", 5)
            .and("silent", "count")
            .and("confidence", "divide");
    private static final double EPSILON = 1e-6;
    private static final int MOST = 100;

    static Gram of(Settings s) {
        int powers = s.integer(ABOUT.name(), "powers", 1);
        DetectorException.require(powers <= MOST, ABOUT.name(), "powers to at most " + MOST, powers, "give fewer");
        return new Gram(
                Layers.of(ABOUT.name(), s.text("layers")),
                powers,
                s.choice(ABOUT.name(), "silent", Silent.class),
                s.choice(ABOUT.name(), "confidence", Confidence.class));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("layers", layers.text())
                .and("powers", powers)
                .and("silent", Settings.lower(silent))
                .and("confidence", Settings.lower(confidence));
    }

    private GramSums sums() {
        return new GramSums(layers, powers);
    }

    @Override
    public List<Quantity> quantities() {
        return List.of(sums());
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(new GramBounds.Of(sums()));
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        GramBounds bounds = found.get(new GramBounds.Of(sums()));
        int[] channels = bounds.channels();
        int width = powers * IntStream.of(channels).sum();
        double[][] min = bounds.min(width);
        double[][] max = bounds.max(width);
        double[] counts = bounds.counts();
        double[] expected = new double[channels.length];
        int heldOut = 0;
        for (GramBounds.Item item : bounds.heldOut()) {
            if (counts[item.cls()] > 0) {
                heldOut++;
                double[] d = deviations(item.sums(), min[item.cls()], max[item.cls()], channels);
                for (int l = 0; l < d.length; l++) {
                    expected[l] += (d[l] - expected[l]) / heldOut;
                }
            }
        }
        DetectorException.require(
                Vectors.sum(counts) > 0 && Vectors.sum(expected) > 0,
                ABOUT.name(),
                "trusted items of a class, and some held out that leave their range",
                Vectors.sum(counts) + " items and " + heldOut + " held out, whose mean deviations are "
                        + java.util.Arrays.toString(expected),
                "give more");
        return Learnt.nothing()
                .with("min", min, width)
                .with("max", max, width)
                .with("counts", counts)
                .with("expected", expected)
                .with("channels", IntStream.of(channels).asDoubleStream().toArray());
    }

    /** By layer, {@code [layers]}. */
    double[] deviations(double[] g, double[] min, double[] max, int[] channels) {
        double[] out = new double[channels.length];
        int at = 0;
        for (int l = 0; l < out.length; l++) {
            for (int end = at + powers * channels[l]; at < end; at++) {
                if (silent == Silent.SKIP && min[at] == 0 && max[at] == 0) {
                    continue;
                }
                out[l] += Math.max(min[at] - g[at], 0) / Math.abs(min[at] + EPSILON)
                        + Math.max(g[at] - max[at], 0) / Math.abs(max[at] + EPSILON);
            }
        }
        return out;
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        int[] channels = learnt.counts("channels");
        long sums = powers * IntStream.of(channels).asLongStream().sum();
        if (sums > Integer.MAX_VALUE) {
            throw Learnt.failure("channels", "the layers' channels", sums);
        }
        int width = (int) sums;
        double[][] min = learnt.matrix("min", site.classes(), width);
        double[][] max = learnt.matrix("max", site.classes(), width);
        double[] counts = learnt.vector("counts", site.classes());
        double[] expected = learnt.vector("expected", channels.length);
        String quantity = sums().name();
        return (Judge.OfRow) (batch, i) -> {
            double[] g = batch.quantity(quantity, width).values()[i];
            int c = batch.prediction(i);
            if (!(counts[c] > 0) || !Vectors.finite(g)) {
                return Double.NaN;
            }
            double[] d = deviations(g, min[c], max[c], channels);
            double sum = 0;
            for (int l = 0; l < d.length; l++) {
                sum += expected[l] > 0 ? d[l] / expected[l] : 0;
            }
            double[] p = Softmax.probabilities(batch.logits(i));
            return confidence == Confidence.IGNORE ? sum : sum / p[c];
        };
    }
}

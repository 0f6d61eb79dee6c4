package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;
import java.util.List;

/**
 * RankFeat (Song, Sebe, Wang 2022): free energy {@code -LSE(f)} of the logits that the network gives when the largest singular value of a
 * layer's feature maps, channels by positions, is taken out: inputs that are unlike the training data are said to owe their evidence to it.
 * Of several layers, of the mean of their logits ("fusion" in the paper). Published as trust.
 *
 * @param layer {@code last} for the last activation on maps, or names of tensors joined by {@code +}
 */
record RankFeat(String layer) implements Detector {
    static final About ABOUT = About.of(
            "rankfeat",
            "Is the evidence small once the leading pattern of the feature maps is taken out?",
            "Song, Sebe, Wang 2022",
            Published.TRUST,
            Reads.LAYERS);
    static final Settings DEFAULTS = Settings.of("layer", ReducedLogits.LAST);

    static RankFeat of(Settings s) {
        return new RankFeat(Layers.of(ABOUT.name(), s.text("layer")).text());
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("layer", layer);
    }

    private List<ReducedLogits> reduced() {
        return new Layers(layer).names().stream().map(ReducedLogits::new).toList();
    }

    @Override
    public List<Quantity> quantities() {
        return List.copyOf(reduced());
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        List<ReducedLogits> layers = reduced();
        return (Judge.OfRow) (batch, i) -> {
            double[] mean = new double[site.classes()];
            for (ReducedLogits l : layers) {
                double[] z = batch.quantity(l.name(), mean.length).values()[i];
                for (int c = 0; c < mean.length; c++) {
                    mean[c] += z[c] / layers.size();
                }
            }
            return -Softmax.logSumExp(mean);
        };
    }
}

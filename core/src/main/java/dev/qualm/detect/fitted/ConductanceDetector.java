package dev.qualm.detect.fitted;

import java.util.List;
import java.util.Set;

/**
 * Conductance beside its usual profile, after Wu, Michel, Briot 2019: {@code 1 - cos(C(x), m_y)} (or their distance) with C the conductance
 * of a layer's feature maps for the predicted class y, and m_y its mean over trusted items that are rightly predicted as y. Do the maps that
 * usually carry this answer carry it here?
 *
 * <p>The paper learns from wrong predictions as well: an MLP on the conductance, which {@link dev.qualm.detect.wrong.WrongPredictionDetector}
 * is; its first detector divided the four maps that stand out in a class by their class means. This one knows trusted items only, and takes
 * all maps. Undefined where no trusted item was rightly predicted as that class.
 *
 * @param layer a tensor, or {@code last}
 * @param steps of the path from zero to the input
 * @param distance how conductance and profile are compared
 */
record ConductanceDetector(String layer, int steps, Distance distance) implements Detector {
    /** Ways to compare. */
    enum Distance {
        COSINE,
        EUCLIDEAN
    }

    static final About ABOUT = new About(
            "conductance",
            "Do other feature maps than usual carry the predicted class?",
            "after Wu, Michel, Briot 2019",
            Published.DISTRUST,
            true,
            Set.of(Reads.LOGITS, Reads.CONDUCTANCE, Reads.LABELS));
    static final Settings DEFAULTS =
            Settings.of("layer", MapConductance.LAST).and("steps", 1).and("distance", "cosine");

    static ConductanceDetector of(Settings s) {
        return new ConductanceDetector(
                Layers.of(ABOUT.name(), s.text("layer")).text(),
                s.integer(ABOUT.name(), "steps", 1),
                s.choice(ABOUT.name(), "distance", Distance.class));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("layer", layer).and("steps", steps).and("distance", Settings.lower(distance));
    }

    private MapConductance conductance() {
        return new MapConductance(layer, steps);
    }

    @Override
    public List<Quantity> quantities() {
        return List.of(conductance());
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(new ClassProfile.Of(conductance()));
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        ClassProfile profile = found.get(new ClassProfile.Of(conductance()));
        DetectorException.require(
                Vectors.sum(profile.counts()) > 0,
                ABOUT.name(),
                "items that are predicted right",
                "none",
                "are the data's classes the model's?");
        return Learnt.nothing()
                .with("profiles", profile.means(), profile.width())
                .with("counts", profile.counts());
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        int width = learnt.width("profiles");
        double[][] profiles = learnt.matrix("profiles", site.classes(), width);
        double[] counts = learnt.vector("counts", site.classes());
        String name = conductance().name();
        return (Judge.OfRow) (batch, i) -> {
            double[] c = batch.quantity(name, width).values()[i];
            int y = batch.prediction(i);
            if (!(counts[y] > 0)) {
                return Double.NaN;
            }
            return switch (distance) {
                case COSINE -> 1 - Vectors.dot(Vectors.unit(c), Vectors.unit(profiles[y]));
                case EUCLIDEAN -> Math.sqrt(Vectors.squaredDistance(c, profiles[y]));
            };
        };
    }
}

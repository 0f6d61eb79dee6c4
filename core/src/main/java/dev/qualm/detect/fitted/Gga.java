package dev.qualm.detect.fitted;

import dev.qualm.gradient.MapFeatures;
import dev.qualm.network.Network;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Geometric gradient analysis (Schwinn, Nguyen, Raab et al. 2021): a number of the map of cosines between the gradients of the cross-entropy
 * towards each class, taken at the input. The paper learns a detector on whole maps; these numbers are what its figure shows of ordinary
 * inputs: the row of the predicted class opposes all others (row), which agree among themselves (rest, negated), with little else (mean,
 * negated) and much structure (std, negated).
 *
 * @param statistic of the map
 * @param top classes in the map, the most likely ones; 0 for all, or 10 if there are more than 100
 * @param sign whether only signs of gradient entries count
 * @param rescale whether logits are scaled to a largest magnitude of 10
 */
record Gga(Statistic statistic, int top, OnOff sign, OnOff rescale) implements Detector {
    /** Numbers of the map: name of a {@link MapFeatures} entry, and the sign with which it grows with distrust. */
    enum Statistic {
        ROW("predicted_row_mean", 1),
        REST("rest_block_mean", -1),
        MEAN("off_diagonal_mean", -1),
        STD("off_diagonal_std", -1);

        private final int column;
        private final int sign;

        Statistic(String feature, int sign) {
            this.column = MapFeatures.names().indexOf(feature);
            this.sign = sign;
        }
    }

    /** A switch. */
    enum OnOff {
        ON,
        OFF
    }

    static final About ABOUT = About.of(
                    "gga",
                    "Do the input gradients towards the classes not point as they usually do?",
                    "after Schwinn, Nguyen, Raab, Bungert, Tenbrinck, Zanca, Burger, Eskofier 2021",
                    Published.DISTRUST,
                    Reads.INPUT_GRADIENTS)
            .forLogProbabilities();
    static final Settings DEFAULTS =
            Settings.of("statistic", "row").and("top", 0).and("sign", "on").and("rescale", "on");
    private static final int LEAST = 3;

    static Gga of(Settings s) {
        int top = s.integer(ABOUT.name(), "top", 0);
        DetectorException.require(
                top == 0 || top >= LEAST, ABOUT.name(), "0, or at least 3 classes, as 'top'", top, "give another");
        return new Gga(
                s.choice(ABOUT.name(), "statistic", Statistic.class),
                top,
                s.choice(ABOUT.name(), "sign", OnOff.class),
                s.choice(ABOUT.name(), "rescale", OnOff.class));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("statistic", Settings.lower(statistic))
                .and("top", top)
                .and("sign", Settings.lower(sign))
                .and("rescale", Settings.lower(rescale));
    }

    private MapNumbers numbers() {
        return new MapNumbers(top, sign == OnOff.ON, rescale == OnOff.ON);
    }

    @Override
    public List<Quantity> quantities() {
        return List.of(numbers());
    }

    @Override
    public String cost() {
        return top == 0 ? "K" : String.valueOf(top + 1);
    }

    @Override
    public @Nullable String refusal(Network network, Site site) {
        return site.classes() < LEAST
                ? "with " + site.classes() + " classes the map is the same for every input ([[1, -1], [-1, 1]])"
                : null;
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        String name = numbers().name();
        return (Judge.OfRow) (batch, i) -> statistic.sign * batch.quantity(name).values()[i][statistic.column];
    }
}

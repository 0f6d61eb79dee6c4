package dev.qualm.detect.decision;

import dev.qualm.detect.verdict.CalibrationException;
import dev.qualm.detect.verdict.Guarantee;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How detectors judge one after the other.
 *
 * @param tiers their names, in the order they are asked
 * @param available those of them that may be asked now, or null for all that the network admits
 * @param guarantee of the final verdicts, whichever tier gives them
 * @param below share of the ordinary items reaching a tier that leave it as clearly ordinary
 * @param above share that leaves it as clearly doubtful; well below the false-alarm rate
 * @param tuning share of the calibration items that these thresholds are chosen on; the others calibrate the whole
 * @param seed of that draw
 */
public record TierSettings(
        List<String> tiers,
        @Nullable List<String> available,
        Guarantee guarantee,
        double below,
        double above,
        double tuning,
        long seed) {
    public TierSettings {
        tiers = List.copyOf(tiers);
        available = available == null ? null : List.copyOf(available);
        if (!(tuning > 0 && tuning < 1)) {
            throw new CalibrationException(
                    "Expected a share of calibration items for the thresholds above 0 and below 1, but found "
                            + tuning);
        }
    }

    /**
     * Tiers of which each keeps three items in ten, or fewer, for the next, thresholds from three calibration items
     * in ten, and a fifth of the rate for early alarms.
     */
    public static TierSettings of(List<String> tiers, Guarantee guarantee) {
        return new TierSettings(tiers, null, guarantee, 0.7, guarantee.alpha() / 5, 0.3, 0);
    }

    public TierSettings withAvailable(@Nullable List<String> names) {
        return new TierSettings(tiers, names, guarantee, below, above, tuning, seed);
    }
}

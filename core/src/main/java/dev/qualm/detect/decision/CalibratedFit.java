package dev.qualm.detect.decision;

import dev.qualm.Provenance;
import dev.qualm.data.Dataset;
import dev.qualm.detect.Score;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorException;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.mutation.ItemSet;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Fits detectors such that verdicts can be given with them: on one part of trusted data, calibrated on another. */
public final class CalibratedFit {
    private CalibratedFit() {}

    /**
     * Fits on a part of the data and calibrates on the rest. The parts are drawn by content, so that equal items fall
     * on one side, and do not depend on the items' order.
     *
     * @param data trusted items, best ones that the network was not trained on: it is surer of those it was
     * @param labelled as in {@link DetectorFit#fit}
     * @param share of the items to calibrate on, strictly between 0 and 1
     * @param progress called with the number of items done so far
     * @throws DetectorException if either part is empty
     */
    public static FittedDetectors fit(
            Network network,
            Dataset data,
            boolean labelled,
            List<Detector> detectors,
            double share,
            long seed,
            int threads,
            IntConsumer progress) {
        return fit(network, data, labelled, detectors, null, share, seed, threads, progress);
    }

    /**
     * The same, but detectors that the network or the data do not allow are left out.
     *
     * @param left told which are left out and why; null to refuse them
     */
    public static FittedDetectors fit(
            Network network,
            Dataset data,
            boolean labelled,
            List<Detector> detectors,
            @Nullable BiConsumer<Detector, String> left,
            double share,
            long seed,
            int threads,
            IntConsumer progress) {
        if (!(share > 0 && share < 1)) {
            throw new DetectorException("Expected a share of calibration items above 0 and below 1, but found " + share
                    + "; leave it out for the default, or give items of their own");
        }
        ItemContents contents = ItemContents.of(data);
        int[] readable = contents.readableItems();
        boolean[] drawn = ItemContents.draw(
                Arrays.stream(readable).mapToLong(i -> contents.hashes()[i]).toArray(), share, seed);
        boolean[] calibrates = new boolean[data.size()];
        for (int i = 0; i < readable.length; i++) {
            calibrates[readable[i]] = drawn[i];
        }
        Dataset calibration = data.select(ItemContents.where(calibrates, true));
        Dataset fit = data.select(ItemContents.where(calibrates, false));
        if (calibration.size() == 0 || fit.size() == 0) {
            throw new DetectorException("Expected items to fit on and others to calibrate on, but of " + data.size()
                    + " found " + fit.size() + " and " + calibration.size()
                    + ", equal items on one side; give more data, or another share");
        }
        FittedDetectors fitted = DetectorFit.fit(network, fit, labelled, detectors, left, threads, progress);
        FittedDetectors done = calibrate(fitted, network, calibration, threads, n -> progress.accept(fit.size() + n));
        CalibrationItems items = java.util.Objects.requireNonNull(done.calibration());
        return done.with(new CalibrationItems(
                items.scores(),
                items.predicted(),
                items.contents(),
                items.output(),
                items.provenance().with("share", share).with("seed", seed)));
    }

    /**
     * Calibrates fitted detectors.
     *
     * @param data trusted items that neither the detectors were fitted nor, best, the network was trained on; those
     *     that cannot be read are left out
     * @throws DetectorException if an item is among those of the fit
     */
    public static FittedDetectors calibrate(
            FittedDetectors fitted, Network network, Dataset data, int threads, IntConsumer progress) {
        ItemContents contents = ItemContents.of(data);
        int[] readable = contents.readableItems();
        if (readable.length == 0) {
            throw new DetectorException(
                    "Expected items to calibrate on, but of " + data.size() + " not one can be read; give others");
        }
        long[] hashes =
                Arrays.stream(readable).mapToLong(i -> contents.hashes()[i]).toArray();
        ItemSet items = new ItemSet("", hashes);
        int both = items.shared(fitted.items());
        if (both > 0) {
            throw new DetectorException("Expected calibration items that the detectors were not fitted on, but found "
                    + both + " of " + hashes.length + " among those: detectors trust what they know, and verdicts would"
                    + " alarm too often. Give other items, or let a share of the data be kept for calibration");
        }
        List<Score> scores = List.copyOf(fitted.scores());
        ScoreTable table = new Scorer(network, scores, threads).score(data.select(readable), progress);
        return fitted.with(new CalibrationItems(
                table.values(),
                table.predictions(),
                hashes,
                network.structure().logits(),
                Provenance.of("calibration")
                        .with("network", network)
                        .with("items", hashes.length)
                        .with("left out", data.size() - readable.length)));
    }
}

package dev.qualm.detect.decision;

import dev.qualm.Provenance;
import dev.qualm.data.Dataset;
import dev.qualm.detect.Score;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.fitted.Combination;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorException;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.meta.MetaFit;
import dev.qualm.detect.meta.MetaItems;
import dev.qualm.detect.meta.MetaRecipe;
import dev.qualm.mutation.ItemSet;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Fits detectors, a combination of them that learns which predictions are wrong, and its calibration, each on items of
 * their own. The parts are drawn by content, so that equal items fall on one side.
 *
 * <p>Detectors score the items that they were fitted on too well, so a combination learnt there would trust the wrong
 * ones: hence the first cut. The scores across folds that the combination has of its own items come from other fits
 * than the one in use, and a threshold taken from them promises nothing without further assumptions (cross-conformal
 * prediction, Vovk 2015): hence the second. On items that nothing was fitted on split-conformal verdicts are valid
 * whatever was learnt.
 *
 * <p>Calibrated is on the right predictions alone. Given that a new ordinary item is predicted rightly, it is
 * exchangeable with those, so it raises an alarm with probability at most alpha. Wrong predictions are what is to be
 * found; among the calibration items they would raise the threshold until most of them pass.
 */
public final class CombinedFit {
    /** Under which the provenance of a calibration on right predictions alone says how many they are. */
    private static final String RIGHT = "right predictions only";

    private CombinedFit() {}

    /**
     * What was fitted.
     *
     * @param detectors the combination, named {@link Combination#NAME}, then its parts; calibrated if that was asked for
     * @param fit what was learnt, and what it is worth on items that it did not learn from
     */
    public record Combined(FittedDetectors detectors, MetaFit fit) {}

    /**
     * Fits all three.
     *
     * @param data labelled ordinary items that the network was not trained on
     * @param outliers known unknowns, to be distrusted whatever is predicted; none of them among the data
     * @param left told which detectors are left out and why; null to refuse them
     * @param share of the items to calibrate on, from 0 (not calibrated) to below 1; the rest is halved
     * @param progress called with the number of items done so far, of all
     * @throws DetectorException if a part is empty, or outliers are among the data
     * @throws dev.qualm.detect.meta.MetaException if there are no wrong predictions and no outliers to learn from
     */
    public static Combined fit(
            Network network,
            Dataset data,
            List<Dataset> outliers,
            List<Detector> detectors,
            @Nullable BiConsumer<Detector, String> left,
            MetaRecipe recipe,
            double share,
            int threads,
            IntConsumer progress) {
        if (!(share >= 0 && share < 1)) {
            throw new DetectorException("Expected a share of calibration items from 0 to below 1, but found " + share);
        }
        Dataset known = data.withoutDamaged();
        long[] contents = ItemContents.of(known).hashes();
        boolean[] calibrates = ItemContents.draw(contents, share, recipe.seed());
        int[] others = ItemContents.where(calibrates, false);
        boolean[] half = ItemContents.draw(select(contents, others), 0.5, recipe.seed() + 1);
        int[] fits = IntStream.range(0, others.length)
                .filter(i -> !half[i])
                .map(i -> others[i])
                .toArray();
        int[] learns = IntStream.range(0, others.length)
                .filter(i -> half[i])
                .map(i -> others[i])
                .toArray();
        int[] kept = ItemContents.where(calibrates, true);
        if (fits.length == 0 || learns.length == 0 || (share > 0 && kept.length == 0)) {
            throw new DetectorException(
                    "Expected items to fit the detectors on, others to learn the combination from and"
                            + " others to calibrate on, but of " + known.size() + " found " + fits.length + ", "
                            + learns.length
                            + " and " + kept.length + "; give more data, or another share");
        }
        FittedDetectors base = DetectorFit.fit(network, known.select(fits), true, detectors, left, threads, progress);
        List<String> names = base.scores().stream().map(DetectorScore::name).toList();
        Scorer scorer = new Scorer(network, List.<Score>copyOf(base.scores()), threads);
        Dataset taught = known.select(learns);
        ScoreTable table = scorer.score(taught, n -> progress.accept(fits.length + n));
        MetaItems items = MetaItems.ofPredictions(table, names, taught.labels(), select(contents, learns));
        for (Dataset set : outliers) {
            items = items.and(unknowns(scorer, names, set.withoutDamaged(), contents));
        }
        MetaFit fit = recipe.fit(items, base.modelHash());
        Provenance made = base.provenance()
                .with("combination", items)
                .with("across folds", fit.detector().auroc());
        for (int p = 0; p < names.size(); p++) {
            made = made.with("weight of " + names.get(p), fit.detector().weights()[p]);
        }
        FittedDetectors all = base.behind(Combination.of(base.scores(), fit.detector()), items.contents(), made);
        int done = fits.length + learns.length;
        FittedDetectors calibrated =
                share == 0 ? all : calibrate(all, network, known.select(kept), threads, n -> progress.accept(done + n));
        return new Combined(calibrated, fit);
    }

    /** As {@link CalibratedFit#calibrate}, on the right predictions among labelled items. */
    public static FittedDetectors calibrate(
            FittedDetectors fitted, Network network, Dataset data, int threads, IntConsumer progress) {
        Dataset known = data.withoutDamaged();
        int[] labels = known.labels();
        FittedDetectors all = CalibratedFit.calibrate(fitted, network, known, threads, progress);
        CalibrationItems items = Objects.requireNonNull(all.calibration());
        int[] right = IntStream.range(0, labels.length)
                .filter(i -> items.predicted()[i] == labels[i])
                .toArray();
        if (right.length == 0) {
            throw new DetectorException("Expected right predictions to calibrate on, but found none among "
                    + labels.length + "; check that the labels are those of the network");
        }
        CalibrationItems some = items.select(right);
        return all.with(new CalibrationItems(
                some.scores(),
                some.predicted(),
                some.contents(),
                some.output(),
                some.provenance().with(RIGHT, right.length)));
    }

    /** Whether detectors are calibrated on right predictions alone, so that their promise is one about those. */
    public static boolean onRight(FittedDetectors detectors) {
        CalibrationItems items = detectors.calibration();
        return items != null && items.provenance().entries().containsKey(RIGHT);
    }

    private static MetaItems unknowns(Scorer scorer, List<String> names, Dataset set, long[] ordinary) {
        long[] contents = ItemContents.of(set).hashes();
        int both = new ItemSet("", contents).shared(new ItemSet("", sorted(ordinary)));
        if (both > 0) {
            throw new DetectorException("Expected known unknowns that are no ordinary items, but found " + both + " of "
                    + contents.length + " among those; leave them out of either");
        }
        boolean[] distrust = new boolean[set.size()];
        Arrays.fill(distrust, true);
        return MetaItems.of(scorer.score(set), names, distrust, contents);
    }

    private static long[] sorted(long[] values) {
        long[] out = values.clone();
        Arrays.sort(out);
        return out;
    }

    private static long[] select(long[] values, int[] items) {
        return IntStream.of(items).mapToLong(i -> values[i]).toArray();
    }
}

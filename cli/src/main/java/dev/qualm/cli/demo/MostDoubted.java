package dev.qualm.cli.demo;

import dev.qualm.array.Array;
import dev.qualm.detect.ScoreTable;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import dev.qualm.report.CosineMap;
import dev.qualm.report.Doubted;
import dev.qualm.report.DoubtedItem;
import dev.qualm.report.Picture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Chooses the images the scores doubt most, and draws their cosine similarity maps. */
/*
 * Raw scores have no common unit, so each is replaced by the share of ordinary test images that score lower. The ranks of one
 * score per family are averaged. At most two images come from each set: otherwise the easiest set would fill the page.
 */
final class MostDoubted {
    private static final List<String> FAMILIES = List.of("energy", "gradnorm", "grad-l2", "gga-row");
    private static final int PER_SET = 2;
    private static final int ORDINARY_MAPS = 64;

    private record Candidate(DemoSet set, int item, double rank, double tieBreak) {}

    private MostDoubted() {}

    static Doubted of(DemoRun run, DemoData data, Network network, List<String> classes) {
        List<DemoSet> sets = new ArrayList<>(List.of(run.ordinary()));
        sets.addAll(run.unusual());
        List<Candidate> chosen = new ArrayList<>();
        for (DemoSet set : sets) {
            chosen.addAll(top(run, set));
        }
        chosen.sort(Comparator.comparingDouble(Candidate::rank)
                .thenComparing(Candidate::tieBreak)
                .reversed());
        List<DoubtedItem> items = new ArrayList<>();
        for (Candidate c : chosen) {
            items.add(item(run, data, network, c, classes));
        }
        return new Doubted(
                "the mean rank of " + String.join(", ", FAMILIES) + " among the ordinary test images; at most "
                        + PER_SET + " images per set",
                classes,
                ordinaryMap(run, network),
                items);
    }

    private static List<Candidate> top(DemoRun run, DemoSet set) {
        ScoreTable table = table(run, set);
        List<Candidate> all = new ArrayList<>();
        for (int i = 0; i < table.size(); i++) {
            double sum = 0;
            for (String score : FAMILIES) {
                sum += rank(run, score, table.of(score)[i]);
            }
            if (!Double.isNaN(sum)) {
                all.add(new Candidate(set, i, sum / FAMILIES.size(), table.of("energy")[i]));
            }
        }
        all.sort(Comparator.comparingDouble(Candidate::rank)
                .thenComparing(Candidate::tieBreak)
                .reversed());
        return all.subList(0, Math.min(PER_SET, all.size()));
    }

    /** Share of ordinary images with a smaller score. */
    private static double rank(DemoRun run, String score, double value) {
        if (Double.isNaN(value)) {
            return Double.NaN;
        }
        double[] ordinary = Comparison.defined(table(run, run.ordinary()).of(score));
        return ordinary.length == 0
                ? Double.NaN
                : Arrays.stream(ordinary).filter(v -> v < value).count() / (double) ordinary.length;
    }

    private static DoubtedItem item(DemoRun run, DemoData data, Network network, Candidate c, List<String> classes) {
        ScoreTable table = table(run, c.set());
        Array image = c.set().images().batch(c.item(), c.item() + 1);
        CosineSimilarityMaps.Maps maps = CosineSimilarityMaps.defaults().of(network, image);
        List<DoubtedItem.Reading> readings = new ArrayList<>();
        for (String score : List.of("msp", "energy", "gen", "gradnorm", "grad-l2", "gga-row")) {
            double value = table.of(score)[c.item()];
            readings.add(
                    Double.isNaN(value)
                            ? DoubtedItem.Reading.missing(
                                    score, table.status().get(c.item()).toString())
                            : DoubtedItem.Reading.of(score, value, rank(run, score, value)));
        }
        CosineMap map = maps.status().get(0).isOk()
                ? CosineMap.of(maps.maps()[0])
                : CosineMap.missing(maps.status().get(0).toString());
        return new DoubtedItem(
                c.set().name() + " #" + table.ids().get(c.item()),
                Picture.of(data.picture(image)),
                c.set().name(),
                classes.get(table.predictions()[c.item()]),
                table.confidence()[c.item()],
                c.set().truth().get(c.item()),
                readings,
                map);
    }

    /**
     * Mean map of ordinary images that are predicted as one class, for the eye to compare with. Over all classes the predicted
     * row, which tells most, would be averaged away.
     */
    private static CosineMap ordinaryMap(DemoRun run, Network network) {
        int[] predicted = table(run, run.ordinary()).predictions();
        int[] chosen = IntStream.range(0, predicted.length)
                .filter(i -> predicted[i] == predicted[0] && predicted[i] == run.labels()[i])
                .limit(ORDINARY_MAPS)
                .toArray();
        if (chosen.length == 0) {
            return CosineMap.missing("the first ordinary image is not predicted correctly");
        }
        CosineSimilarityMaps.Maps maps = CosineSimilarityMaps.defaults()
                .of(
                        network,
                        run.ordinary().images().read(chosen).requireComplete().inputs());
        int k = run.classes();
        double[][] mean = new double[k][k];
        int n = 0;
        for (int i = 0; i < maps.maps().length; i++) {
            if (!maps.status().get(i).isOk()) {
                continue;
            }
            n++;
            for (int a = 0; a < k; a++) {
                for (int b = 0; b < k; b++) {
                    mean[a][b] += maps.maps()[i][a][b];
                }
            }
        }
        if (n == 0) {
            return CosineMap.missing("undefined for every ordinary image");
        }
        for (double[] row : mean) {
            for (int b = 0; b < k; b++) {
                row[b] /= n;
            }
        }
        return CosineMap.of(mean);
    }

    private static ScoreTable table(DemoRun run, DemoSet set) {
        return Objects.requireNonNull(run.tables().get(set.name()));
    }
}

package dev.qualm.detect.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.metric.Auroc;
import dev.qualm.metric.Ranking;
import dev.qualm.mutation.ItemSet;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetaDetectorTest {
    private static final String MODEL = "model-1";

    @TempDir
    private Path folder;

    /** Two scores that each know half of it, of very different size, and one that is constant. */
    private static MetaItems items(int n, long seed) {
        Random random = new Random(seed);
        double[][] rows = new double[n][];
        boolean[] wrong = new boolean[n];
        for (int i = 0; i < n; i++) {
            wrong[i] = i % 5 == 0;
            double gain = wrong[i] ? 1.2 : 0;
            rows[i] = new double[] {gain + random.nextGaussian(), 1e6 * Math.exp(gain + random.nextGaussian()), 7};
        }
        return new MetaItems(
                List.of("a", "b", "c"), rows, wrong, random.longs(n).toArray());
    }

    private static double auroc(double[] scores, boolean[] marks) {
        return Auroc.of(Ranking.of(scores, marks)).value();
    }

    @Test
    void fit_onTwoHalfKnowingScores_beatsBothOnOtherItems() {
        MetaDetector d = MetaRecipe.defaults().fit(items(600, 1), MODEL).detector();
        MetaItems other = items(4000, 2);
        double meta = auroc(d.score(other.rows()), other.distrust());
        for (int p = 0; p < 2; p++) {
            int part = p;
            double alone = auroc(
                    java.util.Arrays.stream(other.rows())
                            .mapToDouble(r -> r[part])
                            .toArray(),
                    other.distrust());
            assertThat(meta).isGreaterThan(alone + 0.03);
        }
        assertThat(d.weights()[2]).isZero();
        assertThat(d.auroc().value()).isCloseTo(meta, within(0.04));
    }

    @Test
    void fit_onNoise_isHonestAcrossFolds() {
        Random random = new Random(3);
        int n = 120;
        int parts = 20;
        double[][] rows = IntStream.range(0, n)
                .mapToObj(i -> random.doubles(parts).toArray())
                .toArray(double[][]::new);
        boolean[] marks = new boolean[n];
        for (int i = 0; i < n; i++) {
            marks[i] = random.nextBoolean();
        }
        List<String> names = IntStream.range(0, parts).mapToObj(p -> "s" + p).toList();
        MetaItems items = new MetaItems(names, rows, marks, random.longs(n).toArray());
        MetaFit fit = MetaRecipe.defaults().fit(items, MODEL);
        assertThat(auroc(fit.detector().score(rows), marks))
                .as("what it learnt by heart")
                .isGreaterThan(0.7);
        assertThat(fit.detector().auroc().value()).isBetween(0.3, 0.65);
        assertThat(auroc(fit.outOfFold(), marks))
                .isEqualTo(fit.detector().auroc().value());
        long trusted = IntStream.range(0, n).filter(i -> !marks[i]).count();
        assertThat(fit.detector().trusted()).hasSize((int) trusted);
    }

    @Test
    void fit_itemsInAnotherOrder_isTheSameUpToRounding() {
        MetaItems items = items(200, 4);
        List<Integer> order =
                new java.util.ArrayList<>(IntStream.range(0, 200).boxed().toList());
        Collections.shuffle(order, new Random(1));
        MetaItems shuffled =
                items.select(order.stream().mapToInt(Integer::intValue).toArray());
        MetaDetector a = MetaRecipe.defaults().fit(items, MODEL).detector();
        MetaDetector b = MetaRecipe.defaults().fit(shuffled, MODEL).detector();
        assertThat(a.weights()).containsExactly(b.weights(), within(1e-9));
        assertThat(a.auroc().value()).isCloseTo(b.auroc().value(), within(1e-9));
        assertThat(a.items()).isEqualTo(b.items());
    }

    @Test
    void fit_copiesOfAnItem_shareAFold() {
        MetaItems items = items(100, 5);
        long[] twice = items.contents().clone();
        for (int i = 0; i < 100; i++) {
            twice[i] = items.contents()[i / 2];
        }
        // Every pair has one row; were its copy learnt from, folds would change the score of both alike and break ties
        // between them.
        double[][] rows = items.rows().clone();
        for (int i = 1; i < 100; i += 2) {
            rows[i] = rows[i - 1];
        }
        MetaFit fit = MetaRecipe.defaults().fit(new MetaItems(items.parts(), rows, items.distrust(), twice), MODEL);
        for (int i = 0; i < 100; i += 2) {
            assertThat(fit.outOfFold()[i]).isEqualTo(fit.outOfFold()[i + 1]);
        }
    }

    @Test
    void score_undefinedPart_isUndefined() {
        MetaItems items = items(100, 6);
        items.rows()[3][1] = Double.NaN;
        items.rows()[4][0] = Double.POSITIVE_INFINITY;
        MetaFit fit = MetaRecipe.defaults().fit(items, MODEL);
        assertThat(fit.outOfFold()[3]).isNaN();
        assertThat(fit.outOfFold()[5]).isFinite();
        assertThat(fit.detector().score(items.rows())[4]).isNaN();
        assertThat(fit.detector().provenance().entries()).containsEntry("left out", "2");
    }

    @Test
    void scaling_ofSpreadScores_keepsOrderAndStaysFinite() {
        double[] values = {-1e300, -5, -1, 0, 0.5, 1, 2, 1e9, 1e300};
        double[][] rows =
                java.util.Arrays.stream(values).mapToObj(v -> new double[] {v}).toArray(double[][]::new);
        ScoreScaling scaling = ScoreScaling.of(rows);
        double last = Double.NEGATIVE_INFINITY;
        for (double[] row : rows) {
            double z = scaling.apply(row)[0];
            assertThat(z).isFinite().isGreaterThan(last);
            last = z;
        }
    }

    @Test
    void load_saved_givesTheSameBits() {
        MetaItems items = items(150, 7);
        MetaDetector d = MetaRecipe.defaults().fit(items, MODEL).detector();
        Path file = folder.resolve("meta.qualm");
        d.save(file);
        MetaDetector loaded = MetaDetector.load(file, MODEL);
        assertThat(loaded.score(items.rows())).containsExactly(d.score(items.rows()));
        assertThat(loaded.trusted()).containsExactly(d.trusted());
        assertThat(loaded.parts()).isEqualTo(d.parts());
        assertThat(loaded.auroc()).isEqualTo(d.auroc());
        assertThat(loaded.items()).isEqualTo(d.items());
        assertThatThrownBy(() -> MetaDetector.load(file, "another"))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("another model");
    }

    @Test
    void load_damaged_isRefused() {
        MetaDetector d = MetaRecipe.defaults().fit(items(50, 8), MODEL).detector();
        Path file = folder.resolve("meta.qualm");
        d.save(file);
        Artifact good = Artifact.read(file, MetaDetector.KIND);
        refuse(good, "weights", Array.of(new double[] {1, 2}, 2));
        refuse(good, "weights", Array.of(new double[] {1, Double.NaN, 2}, 3));
        refuse(good, "weights", Array.of(new float[] {1, 2, 3}, 3));
        refuse(good, "scaling", Array.of(new double[] {1, 2, 3, 1, -1, 1}, 2, 3));
        refuse(good, "scaling", Array.of(new double[] {1, 2}, 2, 1));
        refuse(good, "numbers", Array.of(new double[] {0, 2, 0}, 3));
        refuse(good, "items", Array.of(new long[] {1, 2}, 2));
        refuse(good, "items", Array.of(new double[] {1, 2}, 2));
        refuse(good, "trusted", Array.of(new double[] {1}, 1));
        double[] infinite = d.trusted().clone();
        infinite[0] = Double.POSITIVE_INFINITY;
        refuse(good, "trusted", Array.of(infinite, infinite.length));
        refuse(good, "trusted", null);
    }

    private void refuse(Artifact good, String name, @org.jspecify.annotations.Nullable Array bad) {
        Map<String, Array> arrays = new TreeMap<>(good.arrays());
        if (bad == null) {
            arrays.remove(name);
        } else {
            arrays.put(name, bad);
        }
        Path file = folder.resolve("bad.qualm");
        new Artifact(good.kind(), good.modelHash(), good.provenance(), good.content(), arrays).write(file);
        assertThatThrownBy(() -> MetaDetector.load(file, MODEL))
                .as(name + " " + bad)
                .isInstanceOf(UnreadableFileException.class);
    }

    @Test
    void requireUnseen_itemsOfTheFit_areRefused() {
        Array inputs = Array.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2);
        MetaItems items = new MetaItems(
                List.of("a"),
                new double[][] {{1}, {2}, {3}, {4}},
                new boolean[] {false, true, false, true},
                ItemSet.each(inputs));
        MetaDetector d = new MetaRecipe(1, 2, 1).fit(items, MODEL).detector();
        Dataset mixed = Dataset.of(Array.of(new double[] {9, 9, 3, 4}, 2, 2), Layout.NCHW, null);
        assertThatThrownBy(() -> d.requireUnseen(mixed)).hasMessageContaining("1 of 2");
        d.requireUnseen(mixed.take(1));
    }

    @Test
    void fit_withoutBothKinds_isRefused() {
        MetaItems items = items(20, 9);
        MetaItems trusted = new MetaItems(items.parts(), items.rows(), new boolean[20], items.contents());
        assertThat(trusted.teachable()).isFalse();
        assertThatThrownBy(() -> MetaRecipe.defaults().fit(trusted, MODEL)).hasMessageContaining("20 and 0");
        assertThatThrownBy(() -> new MetaItems(List.of("a", "a"), new double[0][], new boolean[0], new long[0]))
                .hasMessageContaining("none twice");
        assertThatThrownBy(() -> new MetaRecipe(0, 5, 1)).hasMessageContaining("penalty");
    }
}

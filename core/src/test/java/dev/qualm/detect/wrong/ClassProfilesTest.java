package dev.qualm.detect.wrong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassProfilesTest {
    /** Four correct items of two classes, one wrong, one without values; class 2 is never right. */
    private static Labelled items() {
        double[][] rows = {
            {5, 1, 0}, {3, 1, 2}, {1, 4, 0}, {1, 2, 6}, {100, 100, 100}, {Double.NaN, 0, 0},
        };
        int[] predictions = {0, 0, 1, 1, 1, 0};
        int[] labels = {0, 0, 1, 1, 2, 0};
        List<String> hashes = IntStream.range(0, 6)
                .mapToObj(i -> String.format(java.util.Locale.ROOT, "%064x", i))
                .toList();
        return new Labelled(
                new Samples(
                        "model",
                        hashes,
                        predictions,
                        rows,
                        null,
                        new double[6],
                        new double[6],
                        Collections.nCopies(6, Status.OK),
                        1,
                        Provenance.of("made up").with("layer", "relu3")),
                labels);
    }

    @Test
    void of_correctPredictions_hasTheirMeans() {
        ClassProfiles profiles = ClassProfiles.of(items(), 3);
        assertThat(profiles.counts()).containsExactly(2, 2, 0);
        assertThat(profiles.means()).isDeepEqualTo(new double[][] {{4, 1, 1}, {1, 3, 3}, {0, 0, 0}});
        assertThat(profiles.layer()).isEqualTo("relu3");
    }

    @Test
    void characteristic_classes_areFarthestAboveTheOthers() {
        ClassProfiles profiles = ClassProfiles.of(items(), 3);
        assertThat(profiles.characteristic(0, 3)).containsExactly(0, 1, 2);
        assertThat(profiles.characteristic(1, 2)).containsExactly(1, 2);
        assertThatThrownBy(() -> profiles.characteristic(2, 1))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("Class 2");
        assertThatThrownBy(() -> profiles.characteristic(0, 4)).isInstanceOf(FitException.class);
        assertThatThrownBy(() -> profiles.characteristic(3, 1)).isInstanceOf(FitException.class);
    }

    @Test
    void compare_input_isRelativeToItsClass() {
        ClassProfiles.Likeness found = ClassProfiles.of(items(), 3).compare(new double[] {2, 5, -1}, 0, 2);
        assertThat(found.maps()).containsExactly(0, 1);
        assertThat(found.conductance()).containsExactly(2, 5);
        assertThat(found.relative()).containsExactly(0.5, 5);
    }

    @Test
    void frequentMaps_byHand() {
        FrequentMaps found = FrequentMaps.of(items(), 3, 1, 2);
        assertThat(found.byClass().get(0)).containsExactly(new FrequentMaps.Frequent(0, 1, 4, 1));
        assertThat(found.byClass().get(1))
                .extracting(FrequentMaps.Frequent::map)
                .containsExactly(1, 2);
        assertThat(found.byClass().get(1).get(1).share()).isEqualTo(0.5);
        assertThat(found.byClass().get(1).get(1).mean()).isCloseTo(6, within(1e-12));
        assertThat(found.byClass().get(2)).isEmpty();
        assertThat(FrequentMaps.of(items(), 3).byClass().get(0))
                .extracting(FrequentMaps.Frequent::map)
                .containsExactly(0, 1, 2);
    }

    @Test
    void save_andLoad_giveTheSame(@TempDir Path folder) {
        ClassProfiles profiles = ClassProfiles.of(items(), 3);
        Path file = folder.resolve("profiles.qualm");
        profiles.save(file);
        ClassProfiles again = ClassProfiles.load(file, "model");
        assertThat(again.means()).isDeepEqualTo(profiles.means());
        assertThat(again.counts()).isEqualTo(profiles.counts());
        assertThat(again.layer()).isEqualTo("relu3");
        assertThat(again.provenance()).isEqualTo(profiles.provenance());
        assertThatThrownBy(() -> ClassProfiles.load(file, "another"))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("another");
        Artifact good = Artifact.read(file);
        Path bad = folder.resolve("bad.qualm");
        new Artifact(
                        good.kind(),
                        good.modelHash(),
                        good.provenance(),
                        good.content(),
                        Map.of("means", Array.of(new double[6], 3, 2), "counts", Array.of(new int[2], 2)))
                .write(bad);
        assertThatThrownBy(() -> ClassProfiles.load(bad, "model")).isInstanceOf(UnreadableFileException.class);
    }
}

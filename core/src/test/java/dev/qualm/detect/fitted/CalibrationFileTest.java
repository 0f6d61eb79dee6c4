package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.data.Dataset;
import dev.qualm.mutation.ItemSet;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationFileTest {
    private static final Network NETWORK = Planted.network();
    private static final Dataset FIT = Planted.ordinary(60, 1);

    @TempDir
    private static Path folder;

    private static FittedDetectors plain;
    private static FittedDetectors calibrated;
    private static Path file;

    @BeforeAll
    static void fit() {
        List<Detector> detectors = List.of(Detectors.parse("gen"), Detectors.parse("she"), Detectors.parse("msp"));
        plain = DetectorFit.fit(NETWORK, FIT, true, detectors, 1, done -> {});
        calibrated = plain.with(items(new long[] {5, 3, 5}));
        file = folder.resolve("calibrated.qualm");
        calibrated.save(file);
    }

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    private static CalibrationItems items(long... contents) {
        return new CalibrationItems(
                new double[][] {{1, Double.NaN, -0.0}, {Math.PI, 1e-300, 2}, {0, 0, 1}},
                new int[] {3, -1, 0},
                contents,
                "logits",
                Provenance.of("calibration").with("seed", 4));
    }

    @Test
    void save_andLoad_isTheSameToTheLastBit() {
        FittedDetectors again = FittedDetectors.load(file, NETWORK);
        assertThat(again.calibration()).isEqualTo(calibrated.calibration()).isNotEqualTo(items(5, 3, 4));
        assertThat(again.calibration().scores()[0][2]).isEqualTo(-0.0);
        assertThat(again.toString()).isEqualTo(calibrated.toString()).contains("calibrated on 3 items");
        Path copy = folder.resolve("copy.qualm");
        again.save(copy);
        assertThat(copy).hasSameBinaryContentAs(file);
    }

    /** A file as it was written before there were calibrations. */
    @Test
    void load_fileWithoutCalibration_hasNone() {
        Path old = folder.resolve("old.qualm");
        plain.save(old);
        assertThat(Artifact.read(old).content().has("calibration")).isFalse();
        assertThat(Artifact.read(old).content().has("model")).isFalse();
        assertThat(FittedDetectors.load(old, NETWORK).calibration()).isNull();
    }

    @Test
    void requireUnseen_itemsOfFitAndCalibration_namesBoth() {
        Array inputs = Array.concat(
                List.of(FIT.batch(0, 2), Planted.outliers(3, 9).all().asFloat64()));
        long[] contents = ItemSet.each(inputs);
        FittedDetectors own = plain.with(items(contents[2], contents[3], 1));
        assertThatThrownBy(() -> own.requireUnseen(inputs))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("of 5 found 2 among those fitted on and 2 among those calibrated on")
                .hasMessageContaining("fit again");
        assertThatThrownBy(() -> own.requireUnseen(inputs.slice(2, 5)))
                .hasMessageContaining("of 3 found 2 among those calibrated on");
        own.requireUnseen(inputs.slice(4, 5));
    }

    @Test
    void with_itemsOfTheFit_isRefused() {
        long seen = ItemSet.each(FIT.batch(0, 1))[0];
        assertThatThrownBy(() -> plain.with(items(1, seen, 2)))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("1 of 3");
        assertThatThrownBy(() -> items(1, 2)).isInstanceOf(DetectorException.class);
    }

    @Test
    void load_madeUpCalibration_isRefused() {
        String scores = "calibration/scores";
        String classes = "calibration/predicted";
        String contents = "calibration/contents";
        refused("no scores", a -> a.remove(scores), c -> {});
        refused("no classes", a -> a.remove(classes), c -> {});
        refused("no contents", a -> a.remove(contents), c -> {});
        refused("fewer", a -> a.put(scores, Array.of(new double[6], 3, 2)), c -> {});
        refused("detectors", a -> a.put(scores, Array.of(new double[6], 2, 3)), c -> {});
        refused("rank", a -> a.put(scores, Array.of(new double[9], 9)), c -> {});
        refused("floats", a -> a.put(scores, Array.of(new float[9], 3, 3)), c -> {});
        double[] infinite = new double[9];
        infinite[4] = Double.POSITIVE_INFINITY;
        refused("infinite", a -> a.put(scores, Array.of(infinite, 3, 3)), c -> {});
        refused("class", a -> a.put(classes, Array.of(new long[] {0, 1, 4}, 3)), c -> {});
        refused("large class", a -> a.put(classes, Array.of(new long[] {0, 1, 1L << 32}, 3)), c -> {});
        refused("class -2", a -> a.put(classes, Array.of(new long[] {0, 1, -2}, 3)), c -> {});
        refused("other contents", a -> a.put(contents, Array.of(new long[] {0, 1, 4}, 3)), c -> {});
        refused("float contents", a -> a.put(contents, Array.of(new double[] {0, 1, 4}, 3)), c -> {});
        refused("hash", a -> {}, c -> c.withObject("/calibration").put("contents", "00"));
        refused("output", a -> {}, c -> c.withObject("/calibration").remove("output"));
        refused("text", a -> {}, c -> c.put("calibration", "yes"));
        refused("provenance", a -> {}, c -> c.withObject("/calibration").put("provenance", 1));
    }

    private static void refused(String what, Consumer<Map<String, Array>> arrays, Consumer<ObjectNode> content) {
        Artifact good = Artifact.read(file);
        Map<String, Array> changed = new HashMap<>(good.arrays());
        arrays.accept(changed);
        ObjectNode json = good.content();
        content.accept(json);
        Path bad = folder.resolve("bad.qualm");
        new Artifact(good.kind(), good.modelHash(), good.provenance(), json, changed).write(bad);
        assertThatThrownBy(() -> FittedDetectors.load(bad, NETWORK))
                .as(what)
                .isInstanceOf(UnreadableFileException.class);
    }

    @Test
    void find_modelThereOrBesideOrNowhere_saysWhich() throws IOException {
        Path models = Files.createDirectories(folder.resolve("a/models"));
        Path detectors = Files.createDirectories(folder.resolve("a/detectors"));
        Path model = Files.writeString(models.resolve("net.onnx"), "x");
        Path saved = detectors.resolve("d.qualm");
        plain.save(saved, model);
        assertThat(Artifact.read(saved).content().path("model").asText()).isEqualTo("../models/net.onnx");
        assertThat(ModelPlace.find(saved).toRealPath()).isEqualTo(model.toRealPath());
        Path beside = Files.move(model, detectors.resolve("net.onnx"));
        assertThat(ModelPlace.find(saved).toRealPath()).isEqualTo(beside.toRealPath());
        Files.delete(beside);
        assertThatThrownBy(() -> ModelPlace.find(saved))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("../models/net.onnx")
                .hasMessageContaining("--model");
        plain.save(saved);
        assertThatThrownBy(() -> ModelPlace.find(saved)).hasMessageContaining("does not say where");
    }

    /** The recorded path may be anybody's: only files named as models are looked at. */
    @Test
    void find_madeUpPath_opensNothingElse() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret.txt"), "x");
        Path saved = folder.resolve("path.qualm");
        for (String path : List.of("secret.txt", secret.toString(), "", ".", "..", "\0.onnx", "/", "nosuch.onnx")) {
            Artifact good = Artifact.read(file);
            ObjectNode json = good.content();
            json.put("model", path);
            new Artifact(good.kind(), good.modelHash(), good.provenance(), json, good.arrays()).write(saved);
            assertThatThrownBy(() -> ModelPlace.find(saved)).as(path).isInstanceOf(UnreadableFileException.class);
        }
    }
}

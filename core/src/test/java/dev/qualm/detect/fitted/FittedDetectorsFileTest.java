package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.data.Dataset;
import dev.qualm.detect.Scorer;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FittedDetectorsFileTest {
    private static final Network NETWORK = Planted.network();
    private static final Dataset FIT = Planted.ordinary(300, 1);
    private static final Dataset OTHERS = Planted.outliers(40, 3);

    @TempDir
    private static Path folder;

    private static FittedDetectors fitted;
    private static Path file;

    @BeforeAll
    static void fit() {
        List<Detector> all = Detectors.names().stream()
                .map(n -> Detectors.parse(n.equals("knn") ? "knn:k=7" : Planted.text(n)))
                .toList();
        fitted = DetectorFit.fit(NETWORK, FIT, true, all, 2, done -> {});
        file = folder.resolve("all.qualm");
        fitted.save(file);
    }

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    private static double[][] scores(FittedDetectors detectors) {
        return new Scorer(NETWORK, List.copyOf(detectors.scores()), 1)
                .score(OTHERS)
                .values();
    }

    @Test
    void save_andLoad_scoreTheSameBits() {
        FittedDetectors again = FittedDetectors.load(file, NETWORK);
        assertThat(again.scores()).extracting(DetectorScore::name).contains("knn:k=7", "gen", "odin");
        assertThat(scores(again)).isDeepEqualTo(scores(fitted));
        assertThat(again.provenance()).isEqualTo(fitted.provenance());
        assertThat(again.items()).isEqualTo(fitted.items());
        assertThat(again.toString()).isEqualTo(fitted.toString());
        Path copy = folder.resolve("copy.qualm");
        again.save(copy);
        assertThat(copy).hasSameBinaryContentAs(file);
    }

    @Test
    void load_anotherModel_isRefused() {
        var graph = NetworkBuilder.input("x", Planted.FEATURES)
                .relu("features")
                .linear("fc", Planted.CLASSES)
                .build();
        try (Network other = Network.of(graph, Precision.FLOAT64)) {
            assertThatThrownBy(() -> FittedDetectors.load(file, other))
                    .isInstanceOf(QualmException.class)
                    .hasMessageContaining("another model");
        }
    }

    @Test
    void requireUnseen_itemsOfTheFit_areRefused() {
        fitted.requireUnseen(OTHERS.all());
        Array mixed = Array.concat(List.of(OTHERS.all(), FIT.batch(17, 19)));
        assertThatThrownBy(() -> fitted.requireUnseen(mixed))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("of 42 found 2 among those fitted on");
    }

    /** Every array missing, of another shape, not finite or not of floats. */
    @Test
    void load_damagedArrays_isRefused() {
        Artifact good = Artifact.read(file);
        for (String name : good.arrays().keySet()) {
            Array a = good.array(name);
            double[] values = a.toDoubles().clone();
            values[values.length - 1] = Double.NaN;
            Map<String, Array> damages = new HashMap<>();
            damages.put("longer", Array.of(new double[a.size() + 1], a.size() + 1));
            damages.put("rank", Array.of(new double[1], 1, 1, 1));
            damages.put("none", Array.of(new double[0], 0));
            damages.put("not a number", Array.of(values, a.shape()));
            damages.put("text", Array.of(new boolean[a.size()], a.shape()));
            damages.forEach((how, array) -> refused(name + " " + how, arrays -> arrays.put(name, array), c -> {}));
            refused(name + " missing", arrays -> arrays.remove(name), c -> {});
        }
    }

    @Test
    void load_madeUpContent_isRefused() {
        refused("classes", a -> {}, c -> c.put("classes", 0));
        refused("other classes", a -> {}, c -> c.put("classes", 5));
        refused("many classes", a -> {}, c -> c.put("classes", Integer.MAX_VALUE));
        refused("contents", a -> {}, c -> c.put("contents", "00"));
        refused("no list", a -> {}, c -> c.put("detectors", "knn"));
        refused(
                "twice",
                a -> {},
                c -> c.withArray("detectors").add(c.withArray("detectors").get(0)));
        for (Map.Entry<String, String> change :
                Map.of("k", "1000000", "bank", "-1", "size", "3").entrySet()) {
            refused(change.toString(), a -> {}, c -> {
                for (var one : c.withArray("detectors")) {
                    if (one.path("name").asText().equals("knn")) {
                        ((ObjectNode) one.path("settings")).put(change.getKey(), change.getValue());
                    }
                }
            });
        }
        refused("name", a -> {}, c -> ((ObjectNode) c.withArray("detectors").get(0)).put("name", "../msp"));
    }

    @Test
    void save_itemsThatDetectorsShare_areWrittenAndKeptOnce() {
        List<Detector> three = Stream.of("knn:k=3", "nnguide:k=3", "relation")
                .map(Detectors::parse)
                .toList();
        Path shared = folder.resolve("shared.qualm");
        FittedDetectors once = DetectorFit.fit(NETWORK, FIT, true, three, 1, done -> {});
        once.save(shared);
        assertThat(Artifact.read(shared).arrays().values())
                .filteredOn(a -> a.rank() == 2 && a.dim(1) == Planted.FEATURES)
                .hasSize(1);
        FittedDetectors again = FittedDetectors.load(shared, NETWORK);
        assertThat(scores(again)).isDeepEqualTo(scores(once));
        assertThat(again.scores().get(1).learnt().arrays().get("bank"))
                .isSameAs(again.scores().get(0).learnt().arrays().get("bank"));
    }

    @Test
    void load_sharedArrayThatIsNotThere_isRefused() {
        for (String to : List.of("9/bank", "../bank", "")) {
            refused("shared with " + to, a -> {}, c -> {
                for (var one : c.withArray("detectors")) {
                    ((ObjectNode) one).putObject("shared").put("bank", to);
                }
            });
        }
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

    /** Damage in transit: a clear error, or a file that was not harmed where it matters. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void load_flippedBytesAndTruncation_neverCrash(long seed) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(seed);
        Path bad = folder.resolve("flipped.qualm");
        for (int i = 0; i < 60; i++) {
            byte[] copy = i % 3 == 0 ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes.clone();
            for (int j = 0; j < 3 && copy.length > 0; j++) {
                copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(bad, copy);
            assertThatCode(() -> {
                        try {
                            FittedDetectors.load(bad, NETWORK);
                        } catch (QualmException e) {
                            assertThat(e.getMessage()).isNotBlank();
                        }
                    })
                    .doesNotThrowAnyException();
        }
    }
}

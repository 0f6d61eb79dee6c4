package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.network.Network;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutantPoolTest {
    private static Network network;
    private static MutantPool pool;

    @TempDir
    Path folder;

    @BeforeAll
    static void search() {
        network = Golden.network("n3-tabular-mlp", Precision.FLOAT64);
        Map<String, Array> lcr = Golden.arrays("n3-tabular-mlp/lcr.npz");
        long[] wide = Objects.requireNonNull(lcr.get("label")).longs();
        int[] labels = java.util.Arrays.stream(wide).mapToInt(Math::toIntExact).toArray();
        Dataset data = Dataset.of(Objects.requireNonNull(lcr.get("input")), Layout.NCHW, labels);
        pool = MutantSearch.of(NeuronActivationInverse.bias(), 6)
                .withMutations(List.of(NeuronActivationInverse.bias(), GaussianFuzz.nmutant()))
                .withSeed(Long.MIN_VALUE)
                .run(network, data);
    }

    @AfterAll
    static void close() {
        network.close();
    }

    @Test
    void load_saved_equal() throws IOException {
        Path file = folder.resolve("pool.qualm");
        pool.save(file);
        MutantPool loaded = MutantPool.load(file, network);
        assertThat(loaded).isEqualTo(pool);
        Path again = folder.resolve("again.qualm");
        loaded.save(again);
        assertThat(Files.readAllBytes(again)).isEqualTo(Files.readAllBytes(file));
        try (Network single = network.to(Precision.FLOAT32)) {
            assertThat(MutantPool.load(file, single)).isEqualTo(pool);
        }
    }

    @Test
    void holds_batch_marksTheItemsThatDecided() {
        Array input =
                Objects.requireNonNull(Golden.arrays("n3-tabular-mlp/lcr.npz").get("input"));
        double[] fresh = input.slice(0, 1).toDoubles().clone();
        fresh[0] += 1e-6;
        Array batch = Array.concat(List.of(input.slice(3, 5).asFloat64(), Array.of(fresh, 1, fresh.length)));
        assertThat(pool.items().holds(batch)).containsExactly(true, true, false);
        assertThat(pool.items().holds(input.slice(0, 0))).isEmpty();
    }

    @Test
    void provenance_poolsOfOneSeed_differByTheirSize() {
        assertThat(pool.provenance().entries()).containsEntry("mutants", "6");
        assertThat(pool.take(2).provenance()).isNotEqualTo(pool.provenance());
    }

    @Test
    void load_float64Weights_keepsDigits() {
        Array w = Objects.requireNonNull(network.graph().initializers().get("fc1.weight"))
                .asFloat64();
        try (Network wide = network.with(Views.weights(Map.of("fc1.weight", w)))) {
            Mutant m = GaussianFuzz.nmutant()
                    .with(Selection.of(0.01, Unit.SCALAR).withLayers(List.of("fc1.weight")))
                    .on(wide)
                    .draw(1, 2);
            MutantPool one = new MutantPool(
                    dev.qualm.network.onnx.ModelHash.of(wide.graph()),
                    List.of(m),
                    List.of(new Accuracy(3, 4, 5)),
                    pool.report(),
                    pool.items(),
                    Provenance.of("by hand"));
            Path file = folder.resolve("wide.qualm");
            one.save(file);
            assertThat(MutantPool.load(file, wide)).isEqualTo(one);
            double value = m.deltas().get(0).values().get(0);
            assertThat(value).isNotEqualTo((double) (float) value);
        }
    }

    @Test
    void load_otherModelOrOtherKind_refused() {
        Path file = folder.resolve("pool.qualm");
        pool.save(file);
        try (Network other = Golden.network("n4-avgpool-cnn", Precision.FLOAT32)) {
            assertThatThrownBy(() -> MutantPool.load(file, other))
                    .isInstanceOf(QualmException.class)
                    .hasMessageContaining("another model");
        }
        Artifact a = Artifact.read(file);
        new Artifact("detector", a.modelHash(), a.provenance(), a.content(), a.arrays()).write(file);
        assertThatThrownBy(() -> MutantPool.load(file, network))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("'detector'");
        assertThatThrownBy(() -> MutantPool.load(folder.resolve("none.qualm"), network))
                .isInstanceOf(UnreadableFileException.class);
    }

    @Test
    void load_hostileContent_refused() {
        assertRefused(c -> c.remove("mutants"), Map.of(), "mutants");
        assertRefused(c -> c.putArray("mutants"), Map.of(), "all");
        assertRefused(c -> delta(c).put("size", -1), Map.of(), "-1");
        assertRefused(c -> delta(c).put("size", Integer.MAX_VALUE), Map.of(), "within");
        assertRefused(c -> delta(c).put("weight", "no such"), Map.of(), "no such");
        assertRefused(c -> delta(c).put("weight", "fc3.bias"), Map.of(), "fc3.bias");
        assertRefused(c -> mutant(c).put("correct", 1000), Map.of(), "1000");
        assertRefused(c -> mutant(c).put("index", "x"), Map.of(), "index");
        assertRefused(c -> c.remove("report"), Map.of(), "report");
        assertRefused(c -> {}, Map.of("positions", Array.of(new float[3], 3)), "positions");
        assertRefused(c -> {}, Map.of("positions", Array.of(new int[0], 0)), "positions");
        assertRefused(c -> {}, Map.of("items", Array.of(new int[0], 0)), "items");
        int n = Artifact.read(saved()).array("positions").size();
        int[] descending = new int[n];
        assertRefused(c -> {}, Map.of("positions", Array.of(descending, n)), "ascending");
        for (int i = 0; i < n; i++) {
            descending[i] = 1_000_000 + i;
        }
        assertRefused(c -> {}, Map.of("positions", Array.of(descending, n)), "damaged");
    }

    private Path saved() {
        Path file = folder.resolve("pool.qualm");
        pool.save(file);
        return file;
    }

    private static ObjectNode mutant(ObjectNode content) {
        return (ObjectNode) content.path("mutants").path(0);
    }

    private static ObjectNode delta(ObjectNode content) {
        return (ObjectNode) mutant(content).path("deltas").path(0);
    }

    private void assertRefused(Consumer<ObjectNode> change, Map<String, Array> replaced, String message) {
        Path file = saved();
        Artifact a = Artifact.read(file);
        ObjectNode content = a.content();
        change.accept(content);
        Map<String, Array> arrays = new HashMap<>(a.arrays());
        arrays.putAll(replaced);
        new Artifact(a.kind(), a.modelHash(), a.provenance(), content, arrays).write(file);
        assertThatThrownBy(() -> MutantPool.load(file, network))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining(message);
    }
}

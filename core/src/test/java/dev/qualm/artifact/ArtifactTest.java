package dev.qualm.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.testkit.Golden;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactTest {
    static final String HASH = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @TempDir
    Path folder;

    /** The content of {@code golden/artifact/format-1.qualm}, without anything random. */
    static Artifact sample() {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        content.put("rule", "strict")
                .put("rate", 0.1)
                .put("seed", Long.MIN_VALUE)
                .put("attempts", 3);
        content.put("text", "\u00e9\ud83d\ude00\n\"").put("off", false).putNull("none");
        content.putArray("layers").add("conv1").add("conv2");
        content.putObject("nested").putArray("list").addObject().put("x", -1e-300);
        return new Artifact(
                "mutant-pool",
                HASH,
                Provenance.of("sample").with("seed", 7),
                content,
                Map.of(
                        "/block/conv:0.weight",
                        Array.of(
                                new float[] {1, -0f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, 1e30f}, 2, 3),
                        "..",
                        Array.of(new long[] {Long.MIN_VALUE}, 1),
                        "scalar",
                        Array.of(new double[] {Math.PI}),
                        "none",
                        Array.of(new byte[0], 0, 4)));
    }

    private Path written(Artifact artifact) {
        Path file = folder.resolve("a.qualm");
        artifact.write(file);
        return file;
    }

    @Test
    void read_written_isEqualInEveryBit() {
        Artifact sample = sample();

        Artifact back = Artifact.read(written(sample), "mutant-pool");

        assertThat(back).isEqualTo(sample);
        assertThat(back.array("scalar")).isEqualTo(Array.of(new double[] {Math.PI}));
        assertThat(back.provenance()).hasToString("method=sample, seed=7");
        assertThat(back.fields().names()).startsWith("rule", "rate", "seed");
    }

    @Test
    void read_randomArraysAndContent_isEqual() {
        Random random = new Random(3);
        for (int round = 0; round < 50; round++) {
            ObjectNode content = JsonNodeFactory.instance.objectNode();
            content.put("double", Double.longBitsToDouble(random.nextLong() & 0xbfffffffffffffffL));
            content.put("float", random.nextFloat()).put("short", (short) random.nextInt());
            content.put("long", random.nextLong()).put("big", new BigInteger(300, random));
            float[] data = new float[random.nextInt(50)];
            for (int i = 0; i < data.length; i++) {
                data[i] = Float.intBitsToFloat(random.nextInt());
            }
            Artifact artifact = new Artifact(
                    "x", HASH, new Provenance(Map.of()), content, Map.of("name " + round, Array.of(data, data.length)));

            assertThat(Artifact.read(written(artifact))).isEqualTo(artifact);
        }
    }

    @Test
    void write_twice_givesEqualBytes() throws IOException {
        byte[] first = Files.readAllBytes(written(sample()));

        assertThat(Files.readAllBytes(written(Artifact.read(folder.resolve("a.qualm")))))
                .isEqualTo(first);
    }

    @Test
    void read_goldenFileOfFormat1_givesItsContent() throws IOException {
        Path golden = Golden.path("artifact/format-1.qualm");

        assertThat(Artifact.read(golden, "mutant-pool")).isEqualTo(sample());
        assertThat(Files.readAllBytes(written(sample()))).isEqualTo(Files.readAllBytes(golden));
    }

    @Test
    void read_anotherKind_isRefused() {
        Path file = written(sample());

        assertThatThrownBy(() -> Artifact.read(file, "detector"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContainingAll("a.qualm", "expected an artifact of kind 'detector'", "'mutant-pool'");
    }

    @Test
    void requireModel_anotherModel_saysWhatToDo() {
        sample().requireModel(HASH);

        assertThatThrownBy(() -> sample().requireModel("beef"))
                .isInstanceOf(QualmException.class)
                .hasMessageContainingAll("expected the model with hash " + HASH, "found beef", "again for this one");
    }

    @Test
    void content_changedByTheCaller_staysAsItWas() {
        ObjectNode given = JsonNodeFactory.instance.objectNode().put("a", 1);
        Artifact artifact = new Artifact("x", HASH, Provenance.of("m"), given, Map.of());
        given.put("a", 2);
        artifact.content().put("a", 3);

        assertThat(artifact.fields().integer("a")).isEqualTo(1);
    }

    @Test
    void constructor_whatAFileCannotHold_isRefused() {
        ObjectNode empty = JsonNodeFactory.instance.objectNode();
        Provenance p = Provenance.of("m");
        ObjectNode deep = JsonNodeFactory.instance.objectNode();
        ObjectNode at = deep;
        for (int i = 0; i < 101; i++) {
            at = at.putObject("x");
        }
        ObjectNode binary = JsonNodeFactory.instance.objectNode().put("b", new byte[3]);
        ObjectNode nan = JsonNodeFactory.instance.objectNode();
        nan.putArray("list").add(Double.NaN);
        ObjectNode surrogate = JsonNodeFactory.instance.objectNode().put("s", "\ud83d");

        assertThatThrownBy(() -> new Artifact("Pool", HASH, p, empty, Map.of())).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> new Artifact("", HASH, p, empty, Map.of())).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> new Artifact("x", " ", p, empty, Map.of())).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> new Artifact("x", HASH, p, deep, Map.of())).hasMessageContaining("100");
        assertThatThrownBy(() -> new Artifact("x", HASH, p, binary, Map.of())).hasMessageContaining("BINARY");
        assertThatThrownBy(() -> new Artifact("x", HASH, p, nan, Map.of())).hasMessageContaining("NaN");
        for (String name : new String[] {"", "__metadata__", "\ud83d"}) {
            Map<String, Array> arrays = Map.of(name, Array.of(new float[1], 1));
            assertThatThrownBy(() -> new Artifact("x", HASH, p, empty, arrays)).hasMessageContaining("names of arrays");
        }
        Artifact odd = new Artifact("x", HASH, Provenance.of("\ud83d"), surrogate, Map.of());
        assertThat(Artifact.read(written(odd))).isEqualTo(odd);
        Artifact broken = new Artifact("x", HASH, p.with("\ud83d", 1), empty, Map.of());
        assertThatThrownBy(() -> broken.write(folder.resolve("b.qualm"))).isInstanceOf(QualmException.class);
        assertThat(folder.resolve("b.qualm")).doesNotExist();
    }

    @Test
    void array_missing_isNamed() {
        assertThatThrownBy(() -> sample().array("w"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContainingAll("'w'", "scalar");
    }

    @Test
    void fields_wrongOrMissing_nameTheirPlace() {
        Fields fields = sample().fields();

        assertThat(fields.text("rule")).isEqualTo("strict");
        assertThat(fields.number("rate")).isEqualTo(0.1);
        assertThat(fields.number("attempts")).isEqualTo(3);
        assertThat(fields.whole("seed")).isEqualTo(Long.MIN_VALUE);
        assertThat(fields.flag("off")).isFalse();
        assertThat(fields.texts("layers")).containsExactly("conv1", "conv2");
        assertThat(fields.object("nested").objects("list").get(0).number("x")).isEqualTo(-1e-300);
        assertThatThrownBy(() -> fields.integer("seed")).hasMessageContaining("an integer as 'seed'");
        assertThatThrownBy(() -> fields.text("missing")).hasMessageContaining("but found nothing");
        assertThatThrownBy(() -> fields.flag("rule")).hasMessageContaining("but found string strict");
        assertThatThrownBy(() -> fields.objects("layers")).hasMessageContaining("layers[0]");
        assertThatThrownBy(() -> fields.constant("rule", Thread.State.class)).hasMessageContaining("RUNNABLE");
        assertThatThrownBy(() -> fields.object("nested").texts("list"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("mutant-pool.nested");
    }
}

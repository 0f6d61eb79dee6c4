package dev.qualm.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.qualm.Provenance;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.array.Safetensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were damaged, or made to harm. Each must be refused with {@link UnreadableFileException}. */
class HostileArtifactTest {
    private static final String GOOD = "{\"format\":\"qualm\",\"version\":1,\"kind\":\"k\",\"model\":\"m\","
            + "\"provenance\":{\"method\":\"x\"},\"content\":{},\"arrays\":[\"w\"]}";
    private static final String ENTRY = "arrays/000000.safetensors";

    @TempDir
    Path folder;

    private static byte[] array(String name) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Safetensors(Map.of(name, Array.of(new float[] {1, 2}, 2)), Map.of()).write(out);
        return out.toByteArray();
    }

    private static Map<String, byte[]> entries(String manifest) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
        entries.put(ENTRY, array("w"));
        return entries;
    }

    private static byte[] zip(Map<String, byte[]> entries, int method) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> e : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(e.getKey());
                CRC32 crc = new CRC32();
                crc.update(e.getValue());
                entry.setMethod(method);
                entry.setSize(e.getValue().length);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(e.getValue());
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    private Artifact read(byte[] file) throws IOException {
        return Artifact.read(Files.write(folder.resolve("h.qualm"), file));
    }

    private void assertRefused(Map<String, byte[]> entries, String... message) throws IOException {
        byte[] file = zip(entries, ZipEntry.STORED);
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("h.qualm")
                .hasMessageContainingAll(message);
    }

    @Test
    void read_goodFile_isRead() throws IOException {
        assertThat(read(zip(entries(GOOD), ZipEntry.STORED)).array("w").toDoubles())
                .containsExactly(1, 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/etc/passwd", "../../x.safetensors", "arrays/000001.safetensors", "arrays/", "x.class", "c:\\x"
            })
    void read_unknownEntry_isRefused(String name) throws IOException {
        Map<String, byte[]> entries = entries(GOOD);
        entries.put(name, name.endsWith("/") ? new byte[0] : array("w"));

        assertRefused(entries, "unknown", name);
        assertThat(folder.toFile().list()).containsExactly("h.qualm");
    }

    @Test
    void read_missingEntries_isRefused() throws IOException {
        Map<String, byte[]> entries = entries(GOOD);
        entries.remove(ENTRY);
        assertRefused(entries, ENTRY, "missing");

        Map<String, byte[]> bare = entries(GOOD);
        bare.remove("manifest.json");
        assertRefused(bare, "manifest.json");
    }

    @Test
    void read_duplicateEntry_isRefused() throws IOException {
        Map<String, byte[]> entries = entries(GOOD);
        entries.put("arrays/000001.safetensors", array("w"));
        String file = new String(zip(entries, ZipEntry.STORED), StandardCharsets.ISO_8859_1);
        byte[] twice = file.replace("000001", "000000").getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> read(twice))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("twice");
    }

    @Test
    void read_compressedEntries_isRefused() throws IOException {
        Map<String, byte[]> bomb = entries(GOOD);
        bomb.put(ENTRY, new byte[50_000_000]);

        assertThatThrownBy(() -> read(zip(bomb, ZipEntry.DEFLATED)))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("without compression");
    }

    /* Several directory entries that share one stored body: each is possible, together they exceed the file. */
    @Test
    void read_overlappingEntries_isRefused() throws IOException {
        String manifest = GOOD.replace("[\"w\"]", "[\"w\",\"x\"]");
        Map<String, byte[]> entries = entries(manifest);
        entries.put(ENTRY, new byte[1000]);
        byte[] file = zip(entries, ZipEntry.STORED);
        int end = file.length - 22;
        int directory = (file[end + 16] & 0xff) | (file[end + 17] & 0xff) << 8;
        int second = directory + 46 + "manifest.json".length();
        int length = end - second;
        byte[] overlapping = Arrays.copyOf(file, file.length + length);
        System.arraycopy(file, second, overlapping, end, length);
        overlapping[end + 46 + "arrays/00000".length()] = '1';
        System.arraycopy(file, end, overlapping, end + length, 22);
        overlapping[end + length + 8] = 3;
        overlapping[end + length + 10] = 3;
        overlapping[end + length + 12] += (byte) length;

        assertThatThrownBy(() -> read(overlapping))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("directory declares more");
    }

    @Test
    void read_arrayUnderAnotherName_isRefused() throws IOException {
        Map<String, byte[]> entries = entries(GOOD);
        entries.put(ENTRY, array("v"));

        assertRefused(entries, "'w' alone", "[v]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "qualm| zip | is this a .qualm file",
                "\"version\":1| \"version\":2 | version 2",
                "\"version\":1| \"version\":99999999999 | format version 1",
                "\"version\":1| \"version\":1.0 | .qualm file",
                "\"version\":1| \"version\":1,\"version\":1 | JSON",
                "\"kind\":\"k\"| \"kind\":3 | text as 'kind'",
                "\"kind\":\"k\"| \"kind\":\"K L\" | lower-case",
                "\"model\":\"m\"| \"model\":\"\" | hash of a model",
                "\"model\":\"m\"| \"more\":\"m\" | the fields",
                "\"model\":\"m\",| '' | the fields",
                "{\"method\":\"x\"}| {\"method\":{}} | text as 'method'",
                "{\"method\":\"x\"}| [] | an object as 'provenance'",
                "{},| [], | an object as 'content'",
                "{},| {\"a\":1e999}, | finite",
                "{},| {\"a\":NaN}, | JSON",
                "{},| {\"a\":1,\"a\":1}, | JSON",
                "[\"w\"]| [\"w\",\"w\"] | different",
                "[\"w\"]| [\"w\",\"a\"] | sorted",
                "[\"w\"]| [\"\"] | not empty",
                "[\"w\"]| [1] | text as 'arrays[0]'",
                "[\"w\"]| \"w\" | a list as 'arrays'",
                "[\"w\"]}| [\"w\"]}} | JSON",
                "[\"w\"]}| [\"w\"] | JSON",
            })
    void read_damagedManifest_isRefused(String part, String by, String message) throws IOException {
        String damaged = GOOD.replace(part, by);
        assertThat(damaged).isNotEqualTo(GOOD);
        assertRefused(entries(damaged), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "3", "\u0000"})
    void read_manifestThatIsNoObject_isRefused(String manifest) throws IOException {
        assertRefused(entries(manifest), "manifest.json");
    }

    @Test
    void read_manifestThatIsNotUtf8_isRefused() throws IOException {
        Map<String, byte[]> entries = entries(GOOD);
        entries.put("manifest.json", GOOD.replace("\"x\"", "\"\u00e9\"").getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(entries, "UTF-8");
        entries.put("manifest.json", GOOD.getBytes(StandardCharsets.UTF_16));
        assertRefused(entries, "UTF-8");
    }

    @Test
    void read_deepJson_isRefused() throws IOException {
        for (int depth : new int[] {101, 100_000}) {
            String deep = "[".repeat(depth) + "]".repeat(depth);
            assertRefused(entries(GOOD.replace("{},", "{\"a\":" + deep + "},")), "manifest.json");
        }
    }

    @Test
    void read_missingFileOrFolder_isRefused() {
        assertThatThrownBy(() -> Artifact.read(folder.resolve("none.qualm")))
                .isInstanceOf(UnreadableFileException.class);
        assertThatThrownBy(() -> Artifact.read(folder)).isInstanceOf(UnreadableFileException.class);
    }

    @Test
    void read_damagedFiles_areRefusedOrEqual() throws IOException {
        Artifact sample = ArtifactTest.sample();
        Path file = folder.resolve("h.qualm");
        sample.write(file);
        byte[] valid = Files.readAllBytes(file);
        Random random = new Random(20);
        int refused = 0;
        for (int round = 0; round < 2000; round++) {
            byte[] damaged = damage(random, valid);
            try {
                // Only bytes that mean nothing, such as a time, may change without being noticed.
                assertThat(read(damaged)).as("round %d", round).isEqualTo(sample);
            } catch (UnreadableFileException e) {
                assertThat(e.getMessage()).contains("Cannot ", "h.qualm");
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("round " + round + " threw " + e, e);
            }
        }
        assertThat(refused).isGreaterThan(1500);
    }

    /* The manifest passes its checksum here, so that what follows the checksum is reached. */
    @Test
    void read_damagedManifestsWithGoodChecksums_areReadOrRefused() throws IOException {
        Path file = folder.resolve("valid.qualm");
        new Artifact(
                        "k",
                        "m",
                        Provenance.of("x"),
                        JsonNodeFactory.instance.objectNode().put("a", 1.5),
                        Map.of("w", Array.of(new float[] {1, 2}, 2)))
                .write(file);
        Random random = new Random(21);
        byte[] manifest = GOOD.getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        for (int round = 0; round < 2000; round++) {
            Map<String, byte[]> entries = entries(GOOD);
            boolean header = random.nextInt(4) == 0;
            entries.put(header ? ENTRY : "manifest.json", damage(random, header ? array("w") : manifest));
            try {
                read(zip(entries, ZipEntry.STORED));
            } catch (UnreadableFileException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("round " + round + " threw " + e, e);
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    /** One to three of: cut, extended, bytes replaced, a part repeated. */
    private static byte[] damage(Random random, byte[] valid) {
        byte[] file = valid.clone();
        for (int times = 1 + random.nextInt(3); times > 0 && file.length > 0; times--) {
            // Half of all damage hits the directory at the end.
            int from = random.nextBoolean() ? Math.max(0, file.length - 300) : 0;
            int at = from + random.nextInt(file.length - from);
            switch (random.nextInt(6)) {
                case 0 -> file = Arrays.copyOf(file, at);
                case 1 -> file = Arrays.copyOf(file, file.length + 1 + random.nextInt(40));
                case 2 -> file[at] ^= (byte) (1 << random.nextInt(8));
                case 3 -> file[at] = (byte) random.nextInt();
                case 4 -> Arrays.fill(file, at, Math.min(file.length, at + 1 + random.nextInt(8)), (byte) -1);
                default -> System.arraycopy(valid, 0, file, at, Math.min(valid.length, file.length - at) / 2);
            }
        }
        return file;
    }
}

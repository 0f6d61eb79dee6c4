package dev.qualm.artifact;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.array.Safetensors;
import dev.qualm.array.ZipArchive;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The zip layout of an {@link Artifact}. */
final class ArtifactFile {
    private static final String MANIFEST = "manifest.json";
    /** A fixed time, so that equal artifacts give equal files. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private ArtifactFile() {}

    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private static String entry(int index) {
        return String.format(Locale.ROOT, "arrays/%06d.safetensors", index);
    }

    static Artifact read(Path path) {
        try (ZipArchive zip = ZipArchive.open(path)) {
            zip.requireStored();
            Manifest manifest = Manifest.read(zip.bytes(MANIFEST, Manifest.MAX_BYTES), path + ", entry " + MANIFEST);
            requireEntries(path, zip.names(), manifest.arrays().size());
            Map<String, Array> arrays = new LinkedHashMap<>();
            for (String name : manifest.arrays()) {
                String entry = entry(arrays.size());
                Map<String, Array> found = zip.safetensors(entry).arrays();
                Array array = found.get(name);
                if (array == null || found.size() != 1) {
                    throw new UnreadableFileException("Cannot read " + path + ", entry " + entry
                            + ": expected the array '" + name + "' alone, but found " + found.keySet());
                }
                arrays.put(name, array);
            }
            return artifact(path, manifest, arrays);
        }
    }

    private static Artifact artifact(Path path, Manifest manifest, Map<String, Array> arrays) {
        try {
            return new Artifact(
                    manifest.kind(), manifest.modelHash(), manifest.provenance(), manifest.content(), arrays);
        } catch (QualmException e) {
            throw new UnreadableFileException("Cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    private static void requireEntries(Path path, Set<String> found, int arrays) {
        Set<String> expected = new LinkedHashSet<>();
        expected.add(MANIFEST);
        for (int i = 0; i < arrays; i++) {
            expected.add(entry(i));
        }
        if (!found.equals(expected)) {
            Set<String> missing = new LinkedHashSet<>(expected);
            missing.removeAll(found);
            Set<String> unknown = new LinkedHashSet<>(found);
            unknown.removeAll(expected);
            throw new UnreadableFileException("Cannot read " + path + ": expected " + MANIFEST + " and " + arrays
                    + " arrays, but " + missing.stream().limit(5).toList() + " are missing and "
                    + unknown.stream().limit(5).toList() + " are unknown; copy the file again");
        }
    }

    static void write(Artifact artifact, OutputStream out) throws IOException {
        byte[] manifest = Manifest.write(artifact);
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setMethod(ZipOutputStream.STORED);
        put(zip, MANIFEST, stream -> stream.write(manifest));
        int index = 0;
        for (Map.Entry<String, Array> array : artifact.arrays().entrySet()) {
            Safetensors content = new Safetensors(Map.of(array.getKey(), array.getValue()), Map.of());
            put(zip, entry(index++), content::write);
        }
        zip.finish();
    }

    /* A stored entry starts with its size and checksum: the content is made twice rather than kept. */
    private static void put(ZipOutputStream zip, String name, Content content) throws IOException {
        long[] size = {0};
        CRC32 crc = new CRC32();
        OutputStream counting = new OutputStream() {
            @Override
            public void write(int b) {
                size[0]++;
            }

            @Override
            public void write(byte[] bytes, int from, int n) {
                size[0] += n;
            }
        };
        content.writeTo(new CheckedOutputStream(counting, crc));
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(TIME);
        entry.setSize(size[0]);
        entry.setCompressedSize(size[0]);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        content.writeTo(zip);
        zip.closeEntry();
    }
}

package dev.qualm.array;

import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A zip file from anybody, read entry by entry. No name occurs twice; the sizes its directory declares are possible for the
 * compressed bytes; checksums are verified. Names are keys, never paths: nothing is unpacked to disk. Any number of threads
 * may read.
 */
public final class ZipArchive implements AutoCloseable {
    private final Path path;
    private final long length;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries;

    private ZipArchive(Path path, long length, ZipFile zip) {
        this.path = path;
        this.length = length;
        this.zip = zip;
        this.entries = entries(path, zip);
    }

    /**
     * Opens a file and reads its directory.
     *
     * @throws UnreadableFileException if it is missing, no zip file, or names an entry twice
     */
    public static ZipArchive open(Path path) {
        long length = Input.length(path);
        ZipFile zip;
        try {
            zip = new ZipFile(path.toFile());
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            // Names that are not UTF-8 give IllegalArgumentException, other file systems UnsupportedOperationException.
            throw Input.unreadable(path, e);
        }
        try {
            return new ZipArchive(path, length, zip);
        } catch (RuntimeException e) {
            close(path, zip);
            throw e;
        }
    }

    private static Map<String, ZipEntry> entries(Path path, ZipFile zip) {
        Map<String, ZipEntry> entries = new LinkedHashMap<>();
        for (ZipEntry entry : Collections.list(zip.entries())) {
            if (entries.put(entry.getName(), entry) != null) {
                throw new UnreadableFileException("Cannot read " + path + ": expected each entry once, but found '"
                        + entry.getName() + "' twice");
            }
        }
        return Collections.unmodifiableMap(entries);
    }

    /** Names of the entries, in the order of the file's directory. */
    public Set<String> names() {
        return entries.keySet();
    }

    /**
     * Refuses compressed entries, and entries that together claim more bytes than the file has: what is read afterwards
     * needs no more memory than the file, however its directory overlaps.
     *
     * @throws UnreadableFileException if there are any
     */
    public void requireStored() {
        long sum = 0;
        for (ZipEntry entry : entries.values()) {
            if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
                throw new UnreadableFileException("Cannot read " + path
                        + ": expected entries that are stored without compression, but '" + entry.getName()
                        + "' is compressed; was the file packed again by another tool?");
            }
            sum += Math.min(entry.getSize(), length + 1);
        }
        if (sum > length) {
            throw new UnreadableFileException("Cannot read " + path + ": expected entries of at most " + length
                    + " bytes, the size of the file, but its directory declares more");
        }
    }

    /**
     * The bytes of an entry.
     *
     * @param most refuses a longer one before anything is allocated
     * @throws UnreadableFileException if there is none of this name, or it is damaged or longer
     */
    public byte[] bytes(String name, int most) {
        return read(name, in -> {
            if (in.remaining() > most) {
                throw in.failure("at most " + most + " bytes", in.remaining() + " bytes");
            }
            return in.read(in.remaining(), "an entry");
        });
    }

    /**
     * The content of an entry in the safetensors format.
     *
     * @throws UnreadableFileException if there is none of this name, or it is damaged
     */
    public Safetensors safetensors(String name) {
        return read(name, Safetensors::read);
    }

    /** Gives an entry to a codec, which reads it to its end, and verifies the checksum afterwards. */
    <T> T read(String name, Function<Input, T> codec) {
        ZipEntry entry = entries.get(name);
        if (entry == null) {
            throw new UnreadableFileException(
                    "Cannot read " + path + ": expected an entry named '" + name + "', but found none");
        }
        String place = path + ", entry " + name;
        checkSizes(place, entry);
        CRC32 crc = new CRC32();
        T content;
        try (Input in = Input.of(place, new CheckedInputStream(zip.getInputStream(entry), crc), entry.getSize())) {
            content = codec.apply(in);
            in.requireEnd();
        } catch (IOException | IllegalStateException e) {
            // IllegalStateException: closed meanwhile.
            throw new UnreadableFileException("Cannot read " + place + ": " + e, e);
        }
        if (crc.getValue() != entry.getCrc()) {
            throw new UnreadableFileException(String.format(
                    Locale.ROOT,
                    "Cannot read %s: expected CRC-32 %08x, but found %08x; the file is damaged, copy it again",
                    place,
                    entry.getCrc(),
                    crc.getValue()));
        }
        return content;
    }

    private void checkSizes(String place, ZipEntry entry) {
        long possible = entry.getMethod() == ZipEntry.STORED ? 1 : Input.MAX_INFLATION;
        if (entry.getSize() < 0
                || entry.getCompressedSize() > length
                || entry.getSize() / possible > entry.getCompressedSize()) {
            throw new UnreadableFileException("Cannot read " + place + ": expected at most " + possible
                    + " times its compressed size, but found a declared size of " + entry.getSize() + " bytes for "
                    + entry.getCompressedSize() + " in a file of " + length);
        }
    }

    @Override
    public void close() {
        close(path, zip);
    }

    private static void close(Path path, ZipFile zip) {
        try {
            zip.close();
        } catch (IOException e) {
            throw Input.unreadable(path, e);
        }
    }
}

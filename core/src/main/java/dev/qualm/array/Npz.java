package dev.qualm.array;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * NumPy's .npz files: a zip of named .npy arrays, each read when it is asked for. Any number of threads may read.
 *
 * <p>Every entry must be a .npy file, and no name may occur twice. Names are keys, never paths; they may look like the
 * tensor names of a model, such as {@code /conv1/Conv_output_0}, but must not hold {@code ..} or control characters.
 * The sizes that the zip directory and the npy header declare must agree and be possible for the compressed bytes;
 * checksums are verified.
 */
public final class Npz implements AutoCloseable {
    private static final String SUFFIX = ".npy";
    /** A fixed time, so that equal arrays give equal files. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private final Path path;
    private final long length;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries;

    private Npz(Path path, long length, ZipFile zip) {
        this.path = path;
        this.length = length;
        this.zip = zip;
        this.entries = entries(path, zip);
    }

    /**
     * Opens a file and reads its directory.
     *
     * @throws UnreadableFileException if it is missing, no zip file, or holds other things than arrays
     */
    public static Npz open(Path path) {
        long length = Input.length(path);
        ZipFile zip;
        try {
            zip = new ZipFile(path.toFile());
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            // Names that are not UTF-8 give IllegalArgumentException, other file systems UnsupportedOperationException.
            throw Input.unreadable(path, e);
        }
        try {
            return new Npz(path, length, zip);
        } catch (RuntimeException e) {
            close(path, zip);
            throw e;
        }
    }

    private static Map<String, ZipEntry> entries(Path path, ZipFile zip) {
        Map<String, ZipEntry> entries = new LinkedHashMap<>();
        for (ZipEntry entry : Collections.list(zip.entries())) {
            String name = entry.getName();
            String key = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : "";
            if (!isAllowed(key)) {
                throw new UnreadableFileException("Cannot read " + path
                        + ": expected entries named NAME.npy, without \"..\" or control characters, but found '" + name
                        + "'");
            }
            if (entries.put(key, entry) != null) {
                throw new UnreadableFileException(
                        "Cannot read " + path + ": expected each entry once, but found '" + name + "' twice");
            }
        }
        return Collections.unmodifiableMap(entries);
    }

    /* A leading slash or a colon is usual in tensor names, and unzip tools drop it; ".." could leave their folder. */
    private static boolean isAllowed(String key) {
        return !key.isEmpty()
                && key.chars().noneMatch(c -> c < ' ' || c == '\\' || c == 0x7f)
                && !("/" + key + "/").contains("/../");
    }

    /** Names of the arrays, without .npy, in the order of the file. */
    public Set<String> keys() {
        return entries.keySet();
    }

    /**
     * Reads one array.
     *
     * @throws UnreadableFileException if there is none of this name, or it is damaged, of an unsupported type or too
     * large
     */
    public Array read(String key) {
        ZipEntry entry = entries.get(key);
        if (entry == null) {
            String some = keys().stream().limit(20).collect(Collectors.joining(", "));
            throw new UnreadableFileException("Cannot read " + path + ": expected an array named '" + key
                    + "', but found " + keys().size() + " others: " + some + (keys().size() > 20 ? ", ..." : ""));
        }
        String name = path + ", entry " + entry.getName();
        checkSizes(name, entry);
        CRC32 crc = new CRC32();
        Array array;
        try (Input in = Input.of(name, new CheckedInputStream(zip.getInputStream(entry), crc), entry.getSize())) {
            array = Npy.read(in);
        } catch (IOException | IllegalStateException e) {
            // IllegalStateException: closed meanwhile.
            throw new UnreadableFileException("Cannot read " + name + ": " + e, e);
        }
        if (crc.getValue() != entry.getCrc()) {
            throw new UnreadableFileException(String.format(
                    Locale.ROOT,
                    "Cannot read %s: expected CRC-32 %08x, but found %08x; the file is damaged, copy it again",
                    name,
                    entry.getCrc(),
                    crc.getValue()));
        }
        return array;
    }

    private void checkSizes(String name, ZipEntry entry) {
        long possible = entry.getMethod() == ZipEntry.STORED ? 1 : Input.MAX_INFLATION;
        if (entry.getSize() < 0
                || entry.getCompressedSize() > length
                || entry.getSize() / possible > entry.getCompressedSize()) {
            throw new UnreadableFileException("Cannot read " + name + ": expected at most " + possible
                    + " times its compressed size, but found a declared size of " + entry.getSize() + " bytes for "
                    + entry.getCompressedSize() + " in a file of " + length);
        }
    }

    /** Reads all arrays, in the order of the file. */
    public Map<String, Array> readAll() {
        Map<String, Array> arrays = new LinkedHashMap<>();
        for (String key : keys()) {
            arrays.put(key, read(key));
        }
        return arrays;
    }

    /**
     * Writes arrays, deflated, in the order of the map; completely or not at all. Equal arrays give equal files.
     *
     * @param arrays by name, which must not hold {@code ..}, backslash or control characters
     * @throws QualmException if a name is not allowed or the file cannot be written
     */
    public static void write(Path path, Map<String, Array> arrays) {
        for (String key : arrays.keySet()) {
            if (!isAllowed(key)) {
                throw new QualmException("Cannot write " + path
                        + ": expected names without \"..\", backslash or control characters, but found '" + key + "'");
            }
        }
        AtomicFile.write(path, out -> write(out, arrays));
    }

    private static void write(OutputStream out, Map<String, Array> arrays) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        for (Map.Entry<String, Array> array : arrays.entrySet()) {
            ZipEntry entry = new ZipEntry(array.getKey() + SUFFIX);
            entry.setTimeLocal(TIME);
            zip.putNextEntry(entry);
            Npy.write(zip, array.getValue());
            zip.closeEntry();
        }
        zip.finish();
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

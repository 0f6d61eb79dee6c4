package dev.qualm.array;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
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
    private final ZipArchive zip;
    private final Map<String, String> entries;

    private Npz(Path path, ZipArchive zip) {
        this.path = path;
        this.zip = zip;
        this.entries = entries(path, zip);
    }

    /**
     * Opens a file and reads its directory.
     *
     * @throws UnreadableFileException if it is missing, no zip file, or holds other things than arrays
     */
    public static Npz open(Path path) {
        ZipArchive zip = ZipArchive.open(path);
        try {
            return new Npz(path, zip);
        } catch (RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    private static Map<String, String> entries(Path path, ZipArchive zip) {
        Map<String, String> entries = new LinkedHashMap<>();
        for (String name : zip.names()) {
            String key = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : "";
            if (!isAllowed(key)) {
                throw new UnreadableFileException("Cannot read " + path
                        + ": expected entries named NAME.npy, without \"..\" or control characters, but found '" + name
                        + "'");
            }
            entries.put(key, name);
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
        String entry = entries.get(key);
        if (entry == null) {
            String some = keys().stream().limit(20).collect(Collectors.joining(", "));
            throw new UnreadableFileException("Cannot read " + path + ": expected an array named '" + key
                    + "', but found " + keys().size() + " others: " + some + (keys().size() > 20 ? ", ..." : ""));
        }
        return zip.read(entry, Npy::read);
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
        zip.close();
    }
}

package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.array.Idx;
import dev.qualm.array.Npy;
import dev.qualm.array.Npz;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Data sets kept as arrays: npz, npy and idx files. They are read into memory as a whole. */
public final class ArrayDataset {
    private static final List<String> INPUT_KEYS =
            List.of("x", "inputs", "input", "images", "image", "data", "features", "x_test", "test_images");
    private static final List<String> LABEL_KEYS =
            List.of("y", "labels", "label", "targets", "target", "y_test", "test_labels");

    private ArrayDataset() {}

    /**
     * Inputs, and labels if there are any, of an npz file. Without keys in the options they are found by name
     * ({@code x}, {@code inputs}, {@code images}, {@code data}, {@code features}; {@code y},
     * {@code labels}, {@code targets}), else inputs are the only array of rank 2 or more and labels the only whole
     * numbers {@code [n]} with as many rows.
     *
     * @throws UnreadableFileException if the file is damaged
     * @throws QualmException if a key is missing or cannot be told; the message lists what is there
     */
    public static Dataset npz(Path file, ArrayOptions options, List<String> classes) {
        try (Npz npz = Npz.open(file)) {
            String inputs = options.inputs();
            inputs = inputs == null ? named(npz, INPUT_KEYS) : inputs;
            String labels = options.labels();
            labels = labels == null ? named(npz, LABEL_KEYS) : labels;
            Map<String, Array> all = new LinkedHashMap<>();
            if (inputs == null || (labels == null && npz.keys().size() > 1)) {
                all.putAll(npz.readAll());
            }
            if (inputs == null) {
                inputs = only(all, a -> a.rank() >= 2);
                if (inputs == null) {
                    throw new QualmException(
                            file + ": expected one array of inputs, but found " + all + "; say which key holds them");
                }
            }
            Array x = npz.read(inputs);
            Path labelFile = options.labelFile();
            if (labelFile != null) {
                return dataset("npz " + file, x, labels(labelFile), options, classes);
            }
            if (labels == null) {
                int n = x.rank() == 0 ? -1 : x.dim(0);
                labels = only(
                        all, a -> a.rank() == 1 && a.dim(0) == n && !a.dtype().isFloating());
            }
            int[] y = labels == null ? null : Labels.of(npz.read(labels), file + " " + labels);
            return dataset("npz " + file, x, y, options, classes);
        }
    }

    private static @Nullable String named(Npz npz, List<String> names) {
        List<String> found = names.stream().filter(npz.keys()::contains).toList();
        return found.isEmpty() ? null : found.get(0);
    }

    private static @Nullable String only(Map<String, Array> all, Predicate<Array> fits) {
        List<String> found = all.entrySet().stream()
                .filter(e -> fits.test(e.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        return found.size() == 1 ? found.get(0) : null;
    }

    /** The inputs of an npy file, with the labels of {@link ArrayOptions#labelFile} if that is given. */
    public static Dataset npy(Path file, ArrayOptions options, List<String> classes) {
        Path labelFile = options.labelFile();
        int[] y = labelFile == null ? null : labels(labelFile);
        return dataset("npy " + file, Npy.read(file), y, options, classes);
    }

    /**
     * The images of an idx file, plain or gzipped. Labels come from {@link ArrayOptions#labelFile}, else from the file
     * of the same name with {@code labels} for {@code images} and {@code idx1} for {@code idx3}, if it exists.
     */
    public static Dataset idx(Path file, ArrayOptions options, List<String> classes) {
        Path labelFile = options.labelFile();
        labelFile = labelFile == null ? labelsBeside(file) : labelFile;
        int[] y = labelFile == null ? null : labels(labelFile);
        return dataset("idx " + file, Idx.read(file), y, options, classes);
    }

    private static @Nullable Path labelsBeside(Path file) {
        String name = String.valueOf(file.getFileName());
        String other = name.replace("images", "labels").replace("idx3", "idx1");
        Path beside = file.resolveSibling(other);
        return other.equals(name) || !Files.exists(beside) ? null : beside;
    }

    private static int[] labels(Path file) {
        Array array = FileKind.of(file) == FileKind.NPY ? Npy.read(file) : Idx.read(file);
        return Labels.of(array, file.toString());
    }

    private static Dataset dataset(
            String what, Array x, int @Nullable [] y, ArrayOptions options, List<String> classes) {
        Layout layout = options.layout();
        ItemSource source = new ArraySource(x, layout == null ? ArraySource.guessLayout(x, what) : layout, what);
        return Dataset.of(source, y, classes);
    }
}

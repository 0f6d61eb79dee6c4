package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Opens data sets of any known kind. */
public final class Datasets {
    private static final String CLASSES = "classes.txt";

    private static final long MAX_CLASSES_BYTES = 8 << 20;

    private Datasets() {}

    /** As {@link #open(Path, DatasetOptions)} with the default options. */
    public static Dataset open(Path path) {
        return open(path, DatasetOptions.DEFAULT);
    }

    /**
     * Opens a data set, recognised by its content: a folder of images, a folder with one pair of idx files, an npz, npy
     * or idx file, a table (csv, tsv or txt, plain or gzipped), or one image.
     *
     * @throws UnreadableFileException if it does not exist or is damaged
     * @throws QualmException if it is of no known kind or the options do not fit it
     */
    public static Dataset open(Path path, DatasetOptions options) {
        if (Files.isDirectory(path)) {
            List<Path> idx = idxImages(path);
            if (idx.isEmpty()) {
                return ImageFolder.open(path, options.images(), options.classes());
            }
            if (idx.size() > 1) {
                throw new QualmException(path + ": expected one file of images, but found "
                        + idx.stream().map(p -> String.valueOf(p.getFileName())).toList()
                        + "; give the file instead of the folder");
            }
            return open(idx.get(0), options);
        }
        if (!Files.exists(path)) {
            throw new UnreadableFileException(path + ": expected a folder or file of data, but nothing is there");
        }
        return switch (FileKind.of(path)) {
            case NPZ -> ArrayDataset.npz(path, options.arrays(), classes(path, options));
            case NPY -> ArrayDataset.npy(path, options.arrays(), classes(path, options));
            case IDX -> ArrayDataset.idx(path, options.arrays(), classes(path, options));
            case CSV -> CsvDataset.open(path, csv(path, options.csv()), options.classes());
            case IMAGE -> ImageFolder.single(path, options.images());
            case UNKNOWN ->
                throw new QualmException(path + ": expected a folder of images, or an npz, npy, idx, csv, tsv or image"
                        + " file, but found something else; tables are told by their name (.csv, .tsv, .txt)");
        };
    }

    private static List<Path> idxImages(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(p -> String.valueOf(p.getFileName()).matches(".*images.*idx3.*"))
                    .filter(p -> Files.isRegularFile(p) && FileKind.of(p) == FileKind.IDX)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UnreadableFileException(folder + ": cannot be listed (" + e + ")", e);
        }
    }

    private static CsvOptions csv(Path path, CsvOptions options) {
        boolean tabs =
                String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).matches(".*\\.tsv(\\.gz)?");
        return tabs && options.delimiter() == ',' ? options.withDelimiter('\t') : options;
    }

    /** The given class names, else the lines of classes.txt beside the file, if there is one. */
    private static List<String> classes(Path path, DatasetOptions options) {
        Path file = path.resolveSibling(CLASSES);
        if (!options.classes().isEmpty() || !Files.exists(file)) {
            return options.classes();
        }
        return readClasses(file);
    }

    /**
     * Class names, one a line, in the order of their numbers.
     *
     * @throws UnreadableFileException if the file cannot be read, is no UTF-8 text, or has an empty line between names
     */
    public static List<String> readClasses(Path file) {
        try {
            if (Files.size(file) > MAX_CLASSES_BYTES) {
                throw new UnreadableFileException(
                        file + ": expected at most " + MAX_CLASSES_BYTES + " bytes of class names");
            }
            List<String> lines =
                    Files.readAllLines(file).stream().map(String::strip).toList();
            if (lines.isEmpty() || lines.contains("")) {
                throw new UnreadableFileException(
                        file + ": expected one class name on each line, but found an empty line");
            }
            return lines;
        } catch (IOException e) {
            throw new UnreadableFileException(file + ": cannot be read as UTF-8 text (" + e + ")", e);
        }
    }
}

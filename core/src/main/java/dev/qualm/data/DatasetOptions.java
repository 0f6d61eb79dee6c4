package dev.qualm.data;

import java.util.List;

/**
 * How a data set is opened; each kind of file uses its own part.
 *
 * @param classes class names by number; empty for those found (names of sub-folders, labels of a table, or the lines of
 *     a file {@code classes.txt} beside npz, npy and idx files)
 * @param images for folders of images
 * @param arrays for npz, npy and idx files
 * @param csv for tables
 */
public record DatasetOptions(List<String> classes, ImageOptions images, ArrayOptions arrays, CsvOptions csv) {
    /** Everything is found. */
    public static final DatasetOptions DEFAULT =
            new DatasetOptions(List.of(), ImageOptions.DEFAULT, ArrayOptions.DEFAULT, CsvOptions.DEFAULT);

    public DatasetOptions {
        classes = List.copyOf(classes);
    }

    public DatasetOptions withClasses(List<String> names) {
        return new DatasetOptions(names, images, arrays, csv);
    }

    public DatasetOptions withImages(ImageOptions options) {
        return new DatasetOptions(classes, options, arrays, csv);
    }

    public DatasetOptions withArrays(ArrayOptions options) {
        return new DatasetOptions(classes, images, options, csv);
    }

    public DatasetOptions withCsv(CsvOptions options) {
        return new DatasetOptions(classes, images, arrays, options);
    }
}

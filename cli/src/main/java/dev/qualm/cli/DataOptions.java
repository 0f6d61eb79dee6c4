package dev.qualm.cli;

import dev.qualm.data.ArrayOptions;
import dev.qualm.data.CsvOptions;
import dev.qualm.data.Dataset;
import dev.qualm.data.DatasetOptions;
import dev.qualm.data.Datasets;
import dev.qualm.data.Layout;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How the data of a command are read; most need none of this. */
final class DataOptions {
    /** What data may be, for the descriptions of parameters. */
    static final String KINDS =
            "a folder of images (sub-folders are classes), one image, an npz, npy, idx, csv or" + " tsv file";

    @Option(
            names = "--label",
            paramLabel = "NAME",
            description = "Column of a table (name, or number from 0; -1 is the last) or key of an npz file that"
                    + " holds the"
                    + " labels.")
    private @Nullable String label;

    @Option(names = "--label-file", paramLabel = "FILE", description = "npy or idx file of the labels.")
    private @Nullable Path labelFile;

    @Option(names = "--inputs", paramLabel = "KEY", description = "Key of an npz file that holds the inputs.")
    private @Nullable String inputs;

    @Option(
            names = "--ignore",
            paramLabel = "COLUMN",
            split = ",",
            description = "Columns of a table that are neither inputs nor labels.")
    private List<String> ignored = List.of();

    @Option(names = "--delimiter", paramLabel = "CHAR", description = "What separates the fields of a table.")
    private @Nullable Character delimiter;

    @Option(
            names = "--item-shape",
            paramLabel = "HxW",
            converter = ShapeConverter.class,
            description = "Shape of one stored item, for rows that are images: 8x8, 3x32x32.")
    private @Nullable Shape itemShape;

    @Option(
            names = "--stored-layout",
            paramLabel = "LAYOUT",
            converter = LayoutConverter.class,
            description = "Whether arrays of images hold channels first (nchw) or last (nhwc).")
    private @Nullable Layout layout;

    /** @param classes names by number if they are known beforehand, or empty */
    Dataset open(Path path, List<String> classes) {
        ArrayOptions arrays = ArrayOptions.DEFAULT
                .withInputs(inputs)
                .withLabels(label)
                .withLabelFile(labelFile)
                .withLayout(layout);
        CsvOptions csv = CsvOptions.DEFAULT.withLabel(label).withIgnored(ignored);
        if (delimiter != null) {
            csv = csv.withDelimiter(delimiter);
        }
        Dataset data = Datasets.open(
                path,
                DatasetOptions.DEFAULT.withClasses(classes).withArrays(arrays).withCsv(csv));
        return itemShape == null ? data : data.reshape(itemShape.dims());
    }

    /** Axis lengths; an array would be an option that takes many values. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Shape(int[] dims) {}

    static final class ShapeConverter implements ITypeConverter<Shape> {
        @Override
        public Shape convert(String text) {
            if (!text.matches("\\d{1,6}(x\\d{1,6}){0,3}")) {
                throw new TypeConversionException(
                        "expected lengths joined by x, such as 8x8, but found" + " '" + text + "'");
            }
            return new Shape(List.of(text.split("x")).stream()
                    .mapToInt(Integer::parseInt)
                    .toArray());
        }
    }

    static final class LayoutConverter extends Choice<Layout> {
        LayoutConverter() {
            super(EnumSet.allOf(Layout.class));
        }
    }
}

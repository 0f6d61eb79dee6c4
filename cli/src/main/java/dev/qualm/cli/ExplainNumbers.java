package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.AtomicFile;
import dev.qualm.array.DType;
import dev.qualm.array.Npy;
import dev.qualm.array.Npz;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Explanations as arrays. Items that have none keep their place, with NaN for everything unknown. */
record ExplainNumbers(ModelClasses classes, HeatMaps heat, List<ExplainColumn> columns, List<ExplainResult> results) {
    /** Fails before the work if the maps of so many items cannot be held, or do not fit one array. */
    static void require(ResultKind kind, List<MapItem> items, int columns) {
        List<int[]> shapes = items.stream()
                .map(MapItem::fit)
                .filter(Objects::nonNull)
                .distinct()
                .map(f -> f.data().itemShape())
                .toList();
        long elements = shapes.stream().mapToLong(Array::size).max().orElse(1);
        long bytes = 8L * items.size() * columns * elements;
        long most = Runtime.getRuntime().maxMemory() / 4;
        if (bytes > most || elements * items.size() > Integer.MAX_VALUE - 16) {
            throw new QualmException(String.format(
                    Locale.ROOT,
                    "%,d maps of %,d numbers take %,d MiB, more than can be held (%,d MiB); take fewer items with"
                            + " --limit or fewer methods with --method",
                    (long) items.size() * columns,
                    elements,
                    bytes >> 20,
                    most >> 20));
        }
        boolean arrays = kind == ResultKind.NPZ || kind == ResultKind.NPY;
        for (int[] shape : shapes) {
            if (arrays && !Arrays.equals(shape, shapes.get(0))) {
                throw new QualmException("Items of shapes " + Arrays.toString(shapes.get(0)) + " and "
                        + Arrays.toString(shape)
                        + " do not fit one array; bring them to one size with --preprocess resize=HxW, or write .json");
            }
        }
    }

    /** The signed maps alone, {@code [n, ...]}, of one column. */
    void npy(Path file) {
        Array maps = stack(0, false);
        AtomicFile.write(file, out -> Npy.write(out, maps));
    }

    /**
     * {@code logits [n, classes]} of the network, {@code predictions [n]}, {@code classes [n]} (those explained), -1 where unknown;
     * and per column, with its title and a dot before each name where there are several: {@code maps [n, ...]} signed as the input,
     * {@code heatmaps [n, h, w]} reduced and normalised, {@code residuals [n]} (the sum minus what is promised), {@code shares [n]}
     * (the same as a share of it), {@code status [n]} (0 is ok, else the place of the kind: 1 zero gradient, 2 undefined, 3 not finite,
     * 4 unreadable), and {@code logits} of smoothed networks.
     */
    void npz(Path file) {
        int n = results.size();
        Map<String, Array> arrays = new LinkedHashMap<>();
        arrays.put("logits", rows(results.stream().map(ExplainResult::logits).toList()));
        arrays.put(
                "predictions",
                longs(results.stream().mapToLong(ExplainResult::prediction).toArray()));
        arrays.put(
                "classes",
                longs(results.stream().mapToLong(ExplainResult::explained).toArray()));
        for (int c = 0; c < columns.size(); c++) {
            int column = c;
            String prefix = columns.size() == 1 ? "" : columns.get(c).title() + ".";
            List<ExplainCell> cells =
                    results.stream().map(r -> r.cells().get(column)).toList();
            arrays.put(prefix + "maps", stack(c, false));
            arrays.put(prefix + "heatmaps", stack(c, true));
            arrays.put(
                    prefix + "residuals",
                    Array.of(cells.stream().mapToDouble(ExplainCell::residual).toArray(), n));
            arrays.put(
                    prefix + "shares",
                    Array.of(cells.stream().mapToDouble(ExplainCell::share).toArray(), n));
            arrays.put(
                    prefix + "status",
                    longs(cells.stream()
                            .mapToLong(x -> x.status().kind().ordinal())
                            .toArray()));
            if (Double.isFinite(columns.get(c).beta())) {
                arrays.put(
                        prefix + "logits",
                        rows(cells.stream().map(ExplainCell::logits).toList()));
            }
        }
        Npz.write(file, arrays);
    }

    private static Array longs(long[] values) {
        return Array.of(values, values.length);
    }

    private Array rows(List<double[]> logits) {
        int k = classes.count();
        double[] flat = new double[logits.size() * k];
        Arrays.fill(flat, Double.NaN);
        for (int i = 0; i < logits.size(); i++) {
            System.arraycopy(logits.get(i), 0, flat, i * k, logits.get(i).length);
        }
        return Array.of(flat, logits.size(), k);
    }

    private @Nullable Array map(ExplainResult r, int column, boolean reduced) {
        ExplainCell cell = r.cells().get(column);
        return reduced ? heat.of(r.item(), cell) : cell.map();
    }

    /** The maps of a column below each other, in the type they were computed in. */
    private Array stack(int column, boolean reduced) {
        Array some = results.stream()
                .map(r -> map(r, column, reduced))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new QualmException("There is no map to write"));
        int size = some.size();
        double[] all = new double[results.size() * size];
        Arrays.fill(all, Double.NaN);
        for (int i = 0; i < results.size(); i++) {
            Array map = map(results.get(i), column, reduced);
            if (map != null) {
                System.arraycopy(map.toDoubles(), 0, all, i * size, size);
            }
        }
        int[] shape = some.shape();
        shape[0] = results.size();
        Array stacked = Array.of(all, shape);
        return some.dtype() == DType.FLOAT32 ? stacked.asFloat32() : stacked;
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.data.Dataset;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Sorts data into the rows of a montage: a row per path; a row per class where one path has labels; one row for single images
 * that follow each other.
 *
 * @param limit most items per row
 * @param named most single images, which somebody took the trouble to name
 */
record MapRows(
        Network network,
        ModelDescription description,
        PreprocessOptions preprocessing,
        DataOptions options,
        int limit,
        int named,
        Set<String> remarks) {
    MapRows(
            Network network,
            ModelDescription description,
            PreprocessOptions preprocessing,
            DataOptions options,
            int limit,
            int named) {
        this(network, description, preprocessing, options, limit, named, new LinkedHashSet<>());
    }

    /**
     * @throws QualmException if nothing can be read, or a path that is no single image cannot
     */
    List<MapRow> of(List<Path> paths) {
        List<MapRow> rows = new ArrayList<>();
        List<MapItem> images = new ArrayList<>();
        QualmException failure = null;
        for (Path path : paths) {
            if (isImageFile(path)) {
                try {
                    images.add(MapItem.of(fit(path), 0, null));
                } catch (QualmException e) {
                    // The same mistake may be made for all of them, so it is thrown if no item is left.
                    failure = failure == null ? e : failure;
                    images.add(MapItem.unreadable(fileName(path), String.valueOf(e.getMessage())));
                }
            } else {
                flush(images, rows);
                InputFit fit = fit(path);
                rows.addAll(paths.size() == 1 && fit.data().labelled() ? byLabel(fit) : List.of(row(path, fit)));
            }
        }
        flush(images, rows);
        boolean any = rows.stream().flatMap(r -> r.items().stream()).anyMatch(i -> i.fit() != null);
        if (!any) {
            throw failure != null ? failure : new QualmException("There is nothing to map in " + paths);
        }
        return rows;
    }

    private InputFit fit(Path path) {
        InputFit fit = InputFit.of(network, description, preprocessing, options.open(path, List.of()));
        remarks.addAll(fit.remarks());
        return fit;
    }

    private void flush(List<MapItem> images, List<MapRow> rows) {
        if (!images.isEmpty()) {
            rows.add(new MapRow(
                    images.size() == 1 ? "" : "images",
                    images.stream().limit(named).toList(),
                    images.size()));
            images.clear();
        }
    }

    private MapRow row(Path path, InputFit fit) {
        return row(fileName(path), fit, IntStream.range(0, fit.data().size()).toArray());
    }

    private List<MapRow> byLabel(InputFit fit) {
        Dataset data = fit.data();
        int[] labels = data.labels();
        List<MapRow> rows = new ArrayList<>();
        for (int c = 0; c < data.classCount(); c++) {
            int label = c;
            int[] items = IntStream.range(0, labels.length)
                    .filter(i -> labels[i] == label)
                    .toArray();
            if (items.length > 0) {
                String title =
                        data.classes().isEmpty() ? "label " + c : data.classes().get(c);
                rows.add(row(title, fit, items));
            }
        }
        return rows;
    }

    private MapRow row(String title, InputFit fit, int[] items) {
        int[] labels = fit.data().labelled() ? fit.data().labels() : null;
        return new MapRow(
                title,
                IntStream.of(items)
                        .limit(limit)
                        .mapToObj(i -> MapItem.of(fit, i, labels))
                        .toList(),
                items.length);
    }

    private static boolean isImageFile(Path path) {
        return Files.isRegularFile(path)
                && fileName(path).toLowerCase(Locale.ROOT).matches(".*\\.(png|jpe?g|webp|gif|bmp)");
    }

    private static String fileName(Path path) {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? path.toString() : name.toString();
    }
}

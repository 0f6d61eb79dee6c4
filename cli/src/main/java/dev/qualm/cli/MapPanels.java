package dev.qualm.cli;

import dev.qualm.report.CosineMap;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.map.MapFigure;
import dev.qualm.report.map.MapMontage;
import dev.qualm.report.map.MapPanel;
import dev.qualm.report.map.MapPicture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes pictures of maps: one large map for one item, a montage for several.
 *
 * @param note how the maps were made
 * @param byLogit whether rows and columns are in the order of falling logits
 */
record MapPanels(String title, ModelClasses classes, String note, boolean byLogit) {
    private static final int COLUMNS = 8;

    /** Longest side of a thumbnail in pixels. */
    private static final int THUMBNAIL = 128;

    /** @param results by row, then by item */
    MapFigure figure(List<MapRow> rows, List<List<MapResult>> results) {
        List<MapPanel> panels =
                results.stream().flatMap(List::stream).map(this::panel).toList();
        List<String> notes = notes(results.stream().flatMap(List::stream).toList());
        if (panels.size() == 1) {
            return new MapPicture(panels.get(0), notes);
        }
        List<MapMontage.Row> drawn = new ArrayList<>();
        int at = 0;
        for (int r = 0; r < rows.size(); r++) {
            MapRow row = rows.get(r);
            int n = row.items().size();
            String count = n == row.total() ? Integer.toString(n) : n + " of " + row.total();
            drawn.add(new MapMontage.Row(
                    row.title() + (row.title().isEmpty() ? "" : " · ") + count,
                    mean(results.get(r)),
                    panels.subList(at, at + n)));
            at += n;
        }
        return new MapMontage(title, drawn, notes, COLUMNS);
    }

    private List<String> notes(List<MapResult> results) {
        List<String> notes = new ArrayList<>(List.of(note));
        notes.add("Rows and columns: classes "
                + (byLogit ? "by falling logit, the predicted one first" : "in the order of the model")
                + ". The predicted one is framed, or marked at the edges.");
        boolean undefined = results.stream()
                .filter(MapResult::hasMap)
                .anyMatch(r ->
                        Arrays.stream(r.map()).flatMapToDouble(Arrays::stream).anyMatch(Double::isNaN));
        if (undefined) {
            notes.add(
                    "Grey, or hatched: the gradient toward that class is zero, so it has no direction and no cosine.");
        }
        return notes;
    }

    private MapPanel panel(MapResult r) {
        int k = r.map().length;
        MapItem item = r.item();
        String label = item.label();
        String prediction = r.prediction() < 0 ? "" : words(r.prediction()) + " · " + Numbers.fixed(r.confidence(), 3);
        boolean drawn = r.hasMap();
        return new MapPanel(
                r.item().id(),
                prediction,
                label == null ? null : "label " + label,
                isWrong(item, r.prediction()),
                drawn ? CosineMap.of(r.map()) : CosineMap.missing(r.status().toString()),
                drawn ? IntStream.of(r.classes()).mapToObj(classes::name).toList() : List.of(),
                drawn && k > 0 ? r.predictedRow() : -1,
                Thumbnails.of(r.item(), THUMBNAIL),
                drawn && !r.status().isOk() ? r.status().toString() : "");
    }

    private String words(int c) {
        return (classes.names().isEmpty() ? "class " : "") + classes.name(c);
    }

    /**
     * Names are only compared with names, since nobody knows the order of a model's classes without; numbers only where the data
     * have no more classes than the model, since others mean something else.
     */
    private boolean isWrong(MapItem item, int prediction) {
        if (item.label() == null || item.fit() == null || prediction < 0) {
            return false;
        }
        if (item.number() >= 0) {
            return item.number() != prediction && item.fit().data().classCount() <= classes.count();
        }
        return !classes.names().isEmpty() && !item.label().equals(classes.name(prediction));
    }

    /** The mean of the maps of a row, where they have the same classes or the same ranks and there are several. */
    private @Nullable MapPanel mean(List<MapResult> results) {
        List<MapResult> whole = results.stream()
                .filter(r -> r.status().isOk() && r.map().length > 0)
                .toList();
        boolean comparable = whole.size() > 1
                && (byLogit
                        || whole.stream()
                                .allMatch(r ->
                                        Arrays.equals(r.classes(), whole.get(0).classes())));
        if (!comparable) {
            return null;
        }
        int k = whole.get(0).map().length;
        double[][] mean = new double[k][k];
        for (MapResult r : whole) {
            for (int a = 0; a < k; a++) {
                for (int b = 0; b < k; b++) {
                    mean[a][b] += r.map()[a][b] / whole.size();
                }
            }
        }
        boolean sameRow =
                whole.stream().allMatch(r -> r.predictedRow() == whole.get(0).predictedRow());
        boolean sameClasses = whole.stream()
                .allMatch(r -> Arrays.equals(r.classes(), whole.get(0).classes()));
        return new MapPanel(
                "mean of " + whole.size() + " maps",
                "",
                null,
                false,
                CosineMap.of(mean),
                sameClasses
                        ? IntStream.of(whole.get(0).classes())
                                .mapToObj(classes::name)
                                .toList()
                        : List.of(),
                sameRow ? whole.get(0).predictedRow() : -1,
                null,
                "");
    }
}

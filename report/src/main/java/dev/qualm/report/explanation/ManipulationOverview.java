package dev.qualm.report.explanation;

import dev.qualm.report.html.Numbers;
import dev.qualm.report.sheet.Figure;
import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Sheet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An attack on an explanation at a glance: pictures above, their maps below, and the maps of the smoothed network below those; at
 * the end a random change of equal size, which shows how little an ordinary change does. The maps of a line share one scale.
 *
 * @param method the explanation's name, above its maps
 * @param smoothing how the network was smoothed, for example {@code "β = 10"}; empty if it was not
 * @param target whose map the attack was to show, null for attacks without a target
 * @param manipulated the attacked picture
 * @param control the randomly changed picture, or null
 * @param percentile where the colours end, see {@link RelevanceScale#of(java.util.Collection, double)}
 * @param notes sentences at the end
 */
public record ManipulationOverview(
        String title,
        String method,
        String smoothing,
        ManipulationStage original,
        @Nullable ManipulationStage target,
        ManipulationStage manipulated,
        @Nullable ManipulationStage control,
        double percentile,
        List<String> notes)
        implements Figure {
    private static final int NARROWEST = 200;
    private static final int HEADING = 20;

    public ManipulationOverview {
        notes = List.copyOf(notes);
    }

    @Override
    public Sheet draw() {
        Sheet sheet = new Sheet();
        TileGrid grid = Sides.grid(longest(), NARROWEST);
        double right = TileGrid.left(target == null && control == null ? 3 : 4, grid.width()) - TileGrid.GAP;
        double y = Sides.title(sheet, title, right);
        y = grid.row(
                        sheet,
                        stages(
                                image("Original", original),
                                target == null ? null : image("Target", target),
                                image("Manipulated", manipulated),
                                difference(manipulated)),
                        0,
                        y,
                        true)
                + TileGrid.GAP;
        List<ManipulationStage> three = shown();
        y = heading(sheet, "Explanation: " + method, y, right);
        y = maps(sheet, grid, three.stream().map(ManipulationStage::map).toList(), y);
        if (three.stream().anyMatch(s -> s.smoothed() != null)) {
            String how = smoothing.isEmpty() ? "" : " (" + smoothing + ")";
            y = heading(sheet, "The same after smoothing" + how, y, right);
            y = maps(
                    sheet, grid, three.stream().map(ManipulationStage::smoothed).toList(), y);
        }
        if (control != null) {
            y = heading(sheet, "A random change of equal size instead", y, right);
            y = control(sheet, grid, control, y);
        }
        return Sides.notes(sheet, notes, y, right);
    }

    private static double heading(Sheet sheet, String text, double y, double right) {
        Lettering l = Lettering.STRONG;
        sheet.line(TileGrid.PAD, y - 4, right, y - 4, 1, Sheet.LINE);
        sheet.text(l.fit(text, right - TileGrid.PAD), TileGrid.PAD, y + 12, l, Sheet.INK);
        return y + HEADING;
    }

    private double maps(Sheet sheet, TileGrid grid, List<ManipulationStage.@Nullable Compared> maps, double y) {
        RelevanceScale scale = scale(maps);
        List<@Nullable Tile> tiles = new ArrayList<>();
        for (ManipulationStage.Compared map : maps) {
            tiles.add(map == null ? null : map("", map, scale));
        }
        return grid.row(sheet, tiles, 0, y, false) + TileGrid.GAP;
    }

    private double control(Sheet sheet, TileGrid grid, ManipulationStage stage, double y) {
        ManipulationStage.Compared smoothed = stage.smoothed();
        // Scales of the lines above, so that the control compares with them.
        Tile plain = map(
                "Its explanation",
                stage.map(),
                scale(shown().stream().map(ManipulationStage::map).toList()));
        Tile smooth = smoothed == null
                ? null
                : map(
                        "After smoothing",
                        smoothed,
                        scale(shown().stream().map(ManipulationStage::smoothed).toList()));
        return grid.row(
                        sheet,
                        Arrays.asList(image("Randomly changed", stage), plain, smooth, difference(stage)),
                        0,
                        y,
                        true)
                + TileGrid.GAP;
    }

    private RelevanceScale scale(List<ManipulationStage.@Nullable Compared> maps) {
        List<RelevanceMap> there = maps.stream()
                .filter(Objects::nonNull)
                .map(ManipulationStage.Compared::map)
                .filter(Objects::nonNull)
                .toList();
        return RelevanceScale.of(there, percentile);
    }

    private static Tile image(String title, ManipulationStage stage) {
        List<Tile.Line> lines = new ArrayList<>(Captions.prediction(stage.prediction(), stage.probability(), true));
        return Tile.picture(title, Tile.Subject.of(stage.image().decode()), lines, null);
    }

    private static @Nullable Tile difference(ManipulationStage stage) {
        Difference difference = stage.difference();
        if (difference == null && stage.change() == null) {
            return null;
        }
        List<Tile.Line> lines = stage.change() == null ? List.of() : change(stage.change());
        if (difference == null) {
            return Tile.missing("Difference", "The difference was not kept", lines);
        }
        double factor = difference.factor();
        String title = difference.none()
                ? "Difference: none"
                : factor == 1 ? "Difference" : "Difference × " + Numbers.count(Math.round(factor));
        return Tile.picture(title, Tile.Subject.of(difference.pixels()), lines, null);
    }

    private static List<Tile.Line> change(ImageChange c) {
        return List.of(
                new Tile.Line(
                        "L2 " + Numbers.significant(c.l2(), 3) + " · L∞ " + Numbers.significant(c.linf(), 2),
                        false,
                        Sheet.INK),
                new Tile.Line("SSIM to the original " + Numbers.fixed(c.ssim(), 3), false, Sheet.MUTED));
    }

    private static Tile map(String title, ManipulationStage.Compared compared, RelevanceScale scale) {
        RelevanceMap map = compared.map();
        if (map == null || !map.defined()) {
            return Tile.missing(title, map == null ? compared.reason() : Tile.UNDEFINED, List.of());
        }
        List<Tile.Scores.Row> rows = new ArrayList<>();
        score(rows, "to original", compared.toOriginal());
        score(rows, "to target", compared.toTarget());
        Tile.Scores scores = rows.isEmpty() ? null : new Tile.Scores(List.of("PCC", "SSIM", "MSE"), rows);
        return Tile.map(title, Tile.Subject.of(new RelevanceImage(map, scale)), scale, List.of(), scores);
    }

    private static void score(List<Tile.Scores.Row> rows, String name, @Nullable Similarity s) {
        if (s != null) {
            rows.add(new Tile.Scores.Row(
                    name,
                    List.of(Numbers.fixed(s.pcc(), 3), Numbers.fixed(s.ssim(), 3), Numbers.significant(s.mse(), 2))));
        }
    }

    /** Original, target if there is one, manipulated. */
    private List<ManipulationStage> shown() {
        return Stream.of(original, target, manipulated)
                .filter(Objects::nonNull)
                .map(s -> (ManipulationStage) s)
                .toList();
    }

    /** The places of a row, without the target's where there is none. */
    private List<@Nullable Tile> stages(Tile first, @Nullable Tile second, Tile third, @Nullable Tile fourth) {
        return target == null ? Arrays.asList(first, third, fourth) : Arrays.asList(first, second, third, fourth);
    }

    private int longest() {
        List<Integer> sides = new ArrayList<>();
        shown().forEach(s -> {
            sides.add(Math.max(s.image().width(), s.image().height()));
            RelevanceMap map = s.map().map();
            if (map != null) {
                sides.add(Math.max(map.width(), map.height()));
            }
        });
        return Collections.max(sides);
    }
}

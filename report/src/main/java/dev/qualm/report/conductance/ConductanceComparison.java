package dev.qualm.report.conductance;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.report.Picture;
import dev.qualm.report.explanation.ExplanationPanel;
import dev.qualm.report.explanation.ExplanationSheet;
import dev.qualm.report.explanation.RelevanceMap;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.sheet.Figure;
import dev.qualm.report.sheet.Sheet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conductance of an input at the feature maps that are characteristic of the class it was given, above those of an image of that class that
 * the classifier is right about (Wu, Michel, Briot 2019). All maps share one range of colours, from the smallest to the largest value of both.
 *
 * @param input the prediction in question
 * @param reference a correct prediction of the same class
 * @param maps numbers of the feature maps to show, most characteristic first
 * @param relative the input's conductance at each of them, divided by the mean over correct predictions; NaN where there is none
 * @param notes sentences at the end, for example how the maps were made
 */
public record ConductanceComparison(
        String title, Side input, Side reference, int[] maps, double[] relative, List<String> notes) implements Figure {
    /**
     * One image.
     *
     * @param name the image's name
     * @param picture before normalisation; null where it has none
     * @param prediction name of the predicted class
     * @param probability of that class, NaN if unknown
     * @param conductance by the predicted class's logit, positions kept: {@code [maps, height, width]}, or {@code [maps]} for a layer without
     *     positions
     */
    public record Side(
            String name, @Nullable Picture picture, String prediction, double probability, Array conductance) {
        public Side {
            if (conductance.rank() != 1 && conductance.rank() != 3 || conductance.size() == 0) {
                throw new ShapeException(
                        "Expected conductance [maps, height, width] or [maps], but found " + conductance);
            }
        }

        private RelevanceMap map(int number) {
            if (number < 0 || number >= conductance.dim(0)) {
                throw new ShapeException(
                        "Expected feature maps from 0 to " + (conductance.dim(0) - 1) + ", but found " + number);
            }
            int height = conductance.rank() == 1 ? 1 : conductance.dim(1);
            int width = conductance.rank() == 1 ? 1 : conductance.dim(2);
            return new RelevanceMap(conductance.slice(number, number + 1).toDoubles(), height, width);
        }
    }

    public ConductanceComparison {
        notes = List.copyOf(notes);
        if (maps.length == 0 || relative.length != maps.length) {
            throw new IllegalArgumentException(
                    "Expected at least one map and a relative conductance for each, but found " + maps.length + " and "
                            + relative.length);
        }
    }

    @Override
    public Sheet draw() {
        List<ExplanationPanel> above = new ArrayList<>();
        List<ExplanationPanel> below = new ArrayList<>();
        for (int i = 0; i < maps.length; i++) {
            String name = "map " + maps[i];
            RelevanceMap own = input.map(maps[i]);
            RelevanceMap other = reference.map(maps[i]);
            above.add(panel(name, own, relative[i]));
            below.add(panel(name, other, relative[i] / mean(own) * mean(other)));
        }
        ExplanationSheet.Look look = new ExplanationSheet.Look(ExplanationSheet.Range.ALL, 100, false, 0);
        return new ExplanationSheet(title, List.of(row(input, above), row(reference, below)), look, notes, maps.length)
                .draw();
    }

    private static ExplanationPanel panel(String name, RelevanceMap map, double share) {
        String below =
                Double.isFinite(share) ? Numbers.significant(share, 2) + " × class mean" : "no class mean to compare";
        return new ExplanationPanel(name, map, "", below, Double.NaN, Double.NaN, List.of());
    }

    private static double mean(RelevanceMap map) {
        return Arrays.stream(map.values()).average().orElse(Double.NaN);
    }

    private static ExplanationSheet.Row row(Side side, List<ExplanationPanel> panels) {
        return new ExplanationSheet.Row(side.name(), side.picture(), side.prediction(), side.probability(), panels);
    }
}

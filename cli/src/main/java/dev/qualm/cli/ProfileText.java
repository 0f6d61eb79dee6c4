package dev.qualm.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.detect.wrong.ClassProfiles;
import dev.qualm.detect.wrong.ClassProfiles.Likeness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Class profiles, and inputs beside them, for people and for programs.
 *
 * @param file what was written
 */
record ProfileText(Path file, ClassProfiles profiles, ModelClasses classes) {
    /** A line per class. */
    List<String> lines(int top, int items) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s: %d maps, %,d of %,d predictions correct",
                profiles.layer(),
                profiles.maps(),
                Arrays.stream(profiles.counts()).sum(),
                items));
        Columns columns = new Columns(true).row("class", "correct", "characteristic maps (mean conductance)");
        for (int c = 0; c < profiles.classes(); c++) {
            int cls = c;
            String maps = profiles.counts()[c] == 0
                    ? "none: no correct prediction"
                    : IntStream.of(profiles.characteristic(c, top))
                            .mapToObj(k -> k + " (" + number(profiles.means()[cls][k]) + ")")
                            .collect(Collectors.joining("  "));
            columns.row(classes.name(c), Integer.toString(profiles.counts()[c]), maps);
        }
        lines.addAll(columns.lines());
        lines.add("wrote " + file);
        return lines;
    }

    String json(int top) {
        ObjectNode root = root();
        ArrayNode each = root.putArray("classes");
        for (int c = 0; c < profiles.classes(); c++) {
            ObjectNode node = each.addObject().put("class", classes.name(c)).put("correct", profiles.counts()[c]);
            ArrayNode maps = node.putArray("maps");
            for (int k : profiles.counts()[c] == 0 ? new int[0] : profiles.characteristic(c, top)) {
                maps.addObject().put("map", k).put("mean", profiles.means()[c][k]);
            }
        }
        return root.toString();
    }

    /** An input beside its class: a line per map. */
    List<String> lines(ProfileComparison.Found found) {
        Likeness likeness = found.likeness();
        int predicted = likeness.predicted();
        List<String> lines = new ArrayList<>();
        String name = ProfileComparison.words(classes, predicted);
        lines.add(String.format(
                Locale.ROOT,
                "%s is taken for %s (%.3f), shown beside the correct prediction %s (%.3f)",
                found.item().id(),
                name,
                found.probability(),
                found.reference().id(),
                found.referenceProbability()));
        Columns columns =
                new Columns(true).row("map of " + profiles.layer(), "input", "reference", "class mean", "input / mean");
        for (int t = 0; t < likeness.maps().length; t++) {
            int k = likeness.maps()[t];
            columns.row(
                    Integer.toString(k),
                    number(likeness.conductance()[t]),
                    number(found.referenceRow()[k]),
                    number(profiles.means()[predicted][k]),
                    Double.isNaN(likeness.relative()[t])
                            ? "-"
                            : String.format(Locale.ROOT, "%.2f", likeness.relative()[t]));
        }
        lines.addAll(columns.lines());
        lines.add("wrote " + file);
        return lines;
    }

    String json(ProfileComparison.Found found) {
        Likeness likeness = found.likeness();
        int predicted = likeness.predicted();
        ObjectNode root = root();
        root.put("item", found.item().id()).put("prediction", predicted).put("class", classes.name(predicted));
        root.put("probability", found.probability());
        root.put("reference", found.reference().id()).put("referenceProbability", found.referenceProbability());
        ArrayNode maps = root.putArray("maps");
        for (int t = 0; t < likeness.maps().length; t++) {
            int k = likeness.maps()[t];
            ObjectNode node = maps.addObject().put("map", k).put("input", likeness.conductance()[t]);
            node.put("reference", found.referenceRow()[k]).put("mean", profiles.means()[predicted][k]);
            if (Double.isNaN(likeness.relative()[t])) {
                node.putNull("relative");
            } else {
                node.put("relative", likeness.relative()[t]);
            }
        }
        return root.toString();
    }

    private ObjectNode root() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        return root.put("file", file.toString())
                .put("model", profiles.modelHash())
                .put("layer", profiles.layer());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3g", value);
    }
}

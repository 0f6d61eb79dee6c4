package dev.qualm.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.QualmException;
import dev.qualm.data.Preprocessing;
import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.network.onnx.ModelHash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What was fitted, for people and programs.
 *
 * @param out the file
 */
record DetectorsText(Path out, FittedDetectors fitted) {
    /** Under which the provenance of fitted detectors says how their items were prepared. */
    static final String STEPS = "preprocessing";

    private static final String COMBINED = "combination";
    private static final int LONG = 120;

    /** How items were prepared, short enough for messages: the mean of each column of a table fills a page. */
    static String steps(Preprocessing steps) {
        String text = steps.toString();
        return text.length() <= LONG
                ? text
                : text.substring(0, LONG) + "... ("
                        + ModelHash.of(text.getBytes(StandardCharsets.UTF_8)).substring(0, 12) + ")";
    }

    /**
     * Refuses items prepared in another way than those of the fit, unless the command line says how.
     *
     * @return a remark if it does
     */
    static Optional<String> otherSteps(FittedDetectors fitted, Preprocessing now, PreprocessOptions options) {
        String then = fitted.provenance().entries().get(STEPS);
        if (then == null || then.equals(steps(now))) {
            return Optional.empty();
        }
        String both = "the detectors were fitted on items prepared as '" + then + "', but these are prepared as '"
                + steps(now) + "'";
        if (options.isEmpty()) {
            throw new QualmException("Cannot score: " + both + ". Is the model's .yaml beside it, as it was then? If"
                    + " the items are stored in another form and this is right, say so with --preprocess");
        }
        return Optional.of(both);
    }

    private String fact(String key) {
        return fitted.provenance().entries().getOrDefault(key, "");
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("fitted on " + fact("items") + " items of " + fact("classes") + " class, " + fact("left out")
                + " left out");
        int width =
                fitted.scores().stream().mapToInt(s -> s.name().length()).max().orElse(0);
        for (DetectorScore s : fitted.scores()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-" + Math.max(1, width) + "s  %.0f %s  %s",
                    s.name(),
                    s.passes(fitted.site().classes()),
                    s.passes(fitted.site().classes()) == 1 ? "pass  " : "passes",
                    s.question()));
        }
        CalibrationItems items = fitted.calibration();
        if (!fact(COMBINED).isEmpty()) {
            lines.add("meta learnt from " + fact(COMBINED));
            lines.add("  across folds: " + fact("across folds"));
            fitted.provenance().entries().forEach((k, v) -> {
                if (k.startsWith("weight of ")) {
                    lines.add(String.format(Locale.ROOT, "  %s: %+.3f", k, Double.parseDouble(v)));
                }
            });
        }
        lines.add(
                items == null
                        ? "not calibrated: there will be scores, but no verdicts"
                        : String.format(
                                        Locale.ROOT,
                                        "calibrated on %d other items: verdicts at false-alarm rates from %.2g",
                                        items.size(),
                                        1 / (items.size() + 1.0))
                                + (fact(COMBINED).isEmpty() ? "" : ", of right predictions"));
        lines.add("wrote " + out);
        return lines;
    }

    String json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("file", out.toString());
        json.put("items", Long.parseLong(fact("items")));
        json.put("leftOut", Long.parseLong(fact("left out")));
        json.put("classes", fact("classes"));
        CalibrationItems items = fitted.calibration();
        json.put("calibrated", items == null ? 0 : items.size());
        ArrayNode list = json.putArray("detectors");
        for (DetectorScore s : fitted.scores()) {
            list.addObject()
                    .put("name", s.name())
                    .put("question", s.question())
                    .put("paper", s.detector().about().paper())
                    .put("passes", s.passes(fitted.site().classes()));
        }
        return json.toString();
    }
}

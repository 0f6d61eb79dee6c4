package dev.qualm.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.FittedDetectors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What was fitted, for people and programs.
 *
 * @param out the file
 */
record DetectorsText(Path out, FittedDetectors fitted) {
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
        lines.add("wrote " + out);
        return lines;
    }

    String json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("file", out.toString());
        json.put("items", Long.parseLong(fact("items")));
        json.put("leftOut", Long.parseLong(fact("left out")));
        json.put("classes", fact("classes"));
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

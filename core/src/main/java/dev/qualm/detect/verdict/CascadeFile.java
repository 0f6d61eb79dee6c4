package dev.qualm.detect.verdict;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.artifact.Fields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A calibrated cascade as an artifact: its tiers, and the scores of all tiers, which every mode is calibrated from. */
final class CascadeFile {
    private static final String THRESHOLDS = "thresholds";
    private static final String SCORES = "scores";

    private CascadeFile() {}

    static Artifact artifact(CalibratedCascade cascade, String modelHash, Provenance provenance) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        RuleFile.put(content, cascade.guarantee());
        ArrayNode list = content.putArray("tiers");
        List<Tier> tiers = cascade.cascade().tiers();
        double[] thresholds = new double[2 * tiers.size()];
        for (int t = 0; t < tiers.size(); t++) {
            list.addObject()
                    .put("name", tiers.get(t).name())
                    .put("passes", tiers.get(t).passes());
            thresholds[2 * t] = tiers.get(t).low();
            thresholds[2 * t + 1] = tiers.get(t).high();
        }
        double[] scores =
                Arrays.stream(cascade.scores()).flatMapToDouble(Arrays::stream).toArray();
        return new Artifact(
                VerdictFile.CASCADE,
                modelHash,
                provenance,
                content,
                Map.of(
                        THRESHOLDS, Array.of(thresholds, tiers.size(), 2),
                        SCORES, Array.of(scores, tiers.size(), cascade.scores()[0].length)));
    }

    static CalibratedCascade cascade(Artifact artifact) {
        Fields fields = artifact.fields();
        SavedNumbers numbers = new SavedNumbers(artifact);
        List<Fields> saved = fields.objects("tiers");
        SavedNumbers.require(
                !saved.isEmpty() && saved.size() <= Cascade.MAX_TIERS,
                "tiers",
                "from 1 to " + Cascade.MAX_TIERS,
                saved.size());
        double[] thresholds = numbers.doubles(THRESHOLDS, 2, 2 * saved.size());
        List<Tier> tiers = new ArrayList<>();
        for (int t = 0; t < saved.size(); t++) {
            tiers.add(new Tier(
                    saved.get(t).text("name"),
                    saved.get(t).number("passes"),
                    thresholds[2 * t],
                    thresholds[2 * t + 1]));
        }
        double[] scores = numbers.doubles(SCORES, 2); // NaN where a tier had no score
        int items = artifact.array(SCORES).dim(1);
        SavedNumbers.require(
                artifact.array(SCORES).dim(0) == tiers.size() && items > 0,
                SCORES,
                "scores of " + tiers.size() + " tiers",
                artifact.array(SCORES));
        double[][] rows = new double[tiers.size()][];
        for (int t = 0; t < rows.length; t++) {
            rows[t] = Arrays.copyOfRange(scores, t * items, (t + 1) * items);
        }
        return CalibratedCascade.of(new Cascade(tiers), rows, RuleFile.guarantee(fields));
    }
}

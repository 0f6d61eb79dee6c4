package dev.qualm.detect;

import dev.qualm.QualmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The scores Qualm has, by name, and the groups users ask for. To add one, list it here; the suites find it. */
public final class Scores {
    private Scores() {}

    /** Every score, cheapest first. */
    public static List<Score> all() {
        return List.of(
                Msp.score(),
                MaxLogit.score(),
                Energy.score(),
                Entropy.score(),
                Margin.score(),
                Gen.score(),
                new GradNormScore(),
                new GradientMetricScore("grad-max", "How far would one weight rise?", "network.max", 1),
                new GradientMetricScore("grad-min", "How far would one weight fall?", "network.min", -1),
                new GradientMetricScore("grad-mean", "Would the weights move one way?", "network.mean", 1),
                new GradientMetricScore("grad-std", "How uneven would the weights move?", "network.std", 1),
                new GradientMetricScore("grad-l1", "How far would all weights move?", "network.norm_1", 1),
                new GradientMetricScore("grad-l2", "How large is the weight gradient?", "network.norm_2", 1),
                new CosineMapScore("gga-row", "Does the predicted class oppose the others?", "predicted_row_mean", 1),
                new CosineMapScore("gga-rest", "Do the other classes agree?", "rest_block_mean", -1),
                new CosineMapScore("gga-mean", "Do the class gradients agree?", "off_diagonal_mean", -1),
                new CosineMapScore("gga-std", "Is the map structured?", "off_diagonal_std", -1));
    }

    /** Groups of scores by the name users type, beside the single names. */
    public static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        groups.put("logits", List.of("msp", "max-logit", "energy", "entropy", "margin", "gen"));
        groups.put("gradients", List.of("grad-max", "grad-min", "grad-mean", "grad-std", "grad-l1", "grad-l2"));
        groups.put("gga", List.of("gga-row", "gga-rest", "gga-mean", "gga-std"));
        groups.put("all", all().stream().map(Score::name).toList());
        return groups;
    }

    /**
     * Scores by name or group.
     *
     * @throws QualmException naming the legal names if one is unknown
     */
    public static List<Score> of(List<String> names) {
        Map<String, Score> byName = new LinkedHashMap<>();
        all().forEach(s -> byName.put(s.name(), s));
        Map<String, Score> chosen = new LinkedHashMap<>();
        for (String raw : names) {
            String name = raw.strip().toLowerCase(Locale.ROOT);
            for (String single : groups().getOrDefault(name, List.of(name))) {
                Score s = byName.get(single);
                if (s == null) {
                    throw new QualmException("There is no score '" + raw + "'; there are " + byName.keySet()
                            + " and the groups " + groups().keySet());
                }
                chosen.put(single, s);
            }
        }
        return new ArrayList<>(chosen.values());
    }
}

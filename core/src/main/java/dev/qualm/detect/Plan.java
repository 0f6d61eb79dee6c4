package dev.qualm.detect;

import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What scores will cost before they run: one forward pass per item that all of them share, and each piece of further work once, whoever
 * needs it. In passes per item (forward = 1); what is done once per network or data set is not counted, nor work that rules which decide early
 * may spare.
 *
 * @param scores names, in order, of those that the network has
 * @param parts the further work, each with the names of the scores that share it
 * @param refused why others have no value on this network, by name
 */
public record Plan(List<String> scores, List<Part> parts, Map<String, String> refused) {
    /**
     * A piece of work.
     *
     * @param scores that need it
     */
    public record Part(Work work, List<String> scores) {
        public Part {
            scores = List.copyOf(scores);
        }
    }

    public Plan {
        scores = List.copyOf(scores);
        parts = List.copyOf(parts);
        refused = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(refused));
    }

    /**
     * The plan for some scores.
     *
     * @param classes number of the network's classes
     * @param maps how cosine similarity maps are made where a score does not say
     */
    public static Plan of(List<? extends Score> scores, Network network, int classes, CosineSimilarityMaps maps) {
        Map<Work, List<String>> users = new LinkedHashMap<>();
        Map<String, String> refused = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (Score s : scores) {
            String reason = s.refusal(network, classes);
            if (reason != null) {
                refused.put(s.name(), reason);
                continue;
            }
            names.add(s.name());
            for (Work w : s.work(classes, maps)) {
                users.computeIfAbsent(w, k -> new ArrayList<>()).add(s.name());
            }
        }
        Set<Score.Source> sources = Evidence.sources(
                scores.stream().filter(s -> names.contains(s.name())).toList());
        List<String> mutants = scores.stream()
                .filter(s -> names.contains(s.name()) && s.sources().contains(Score.Source.MUTANTS))
                .map(Score::name)
                .toList();
        boolean gradients =
                sources.contains(Score.Source.INPUT_GRADIENTS) || sources.contains(Score.Source.WEIGHT_GRADIENTS);
        if (gradients && !mutants.isEmpty()) {
            users.put(Work.besideGradients(), mutants);
        }
        List<Part> parts = new ArrayList<>();
        users.forEach((work, by) -> parts.add(new Part(work, by)));
        return new Plan(names, parts, refused);
    }

    /** All passes per item, the shared forward pass included. */
    public double passes() {
        return 1 + parts.stream().mapToDouble(p -> p.work.passes()).sum();
    }

    /** Forward passes per item, those of mutants included. */
    public double forwards() {
        return 1 + parts.stream().mapToDouble(p -> p.work.forwards()).sum();
    }

    /** Reverse sweeps per item. */
    public double sweeps() {
        return parts.stream().mapToDouble(p -> p.work.sweeps()).sum();
    }

    /** Passes per item by source, the shared forward pass under {@link Score.Source#LOGITS}. */
    public Map<Score.Source, Double> bySource() {
        Map<Score.Source, Double> out = new LinkedHashMap<>();
        out.put(Score.Source.LOGITS, 1.0);
        parts.forEach(p -> out.merge(p.work.source(), p.work.passes(), Double::sum));
        return out;
    }

    /** Passes per item of one score without the others. */
    public double alone(String score) {
        require(score);
        return 1
                + parts.stream()
                        .filter(p -> p.scores.contains(score) && !p.work.equals(Work.besideGradients()))
                        .mapToDouble(p -> p.work.passes())
                        .sum();
    }

    /** Passes per item that leaving out one score would spare; the forward pass stays. */
    public double marginal(String score) {
        require(score);
        return parts.stream()
                .filter(p -> p.scores.equals(List.of(score)))
                .mapToDouble(p -> p.work.passes())
                .sum();
    }

    private void require(String score) {
        if (!scores.contains(Objects.requireNonNull(score))) {
            throw new dev.qualm.QualmException("There is no score '" + score + "' in the plan; there are " + scores);
        }
    }

    /** For people: the work and who shares it, then each score's cost. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("passes per item, and what for");
        lines.add(line(1, "forward pass, for all"));
        for (Part p : parts) {
            lines.add(line(
                    p.work.passes(), p.work.what() + " (" + runs(p.work) + "), for " + String.join(", ", p.scores)));
        }
        lines.add(line(passes(), "together"));
        int width = scores.stream().mapToInt(String::length).max().orElse(0);
        String form = "  %-" + Math.max(5, width) + "s %7s %9s";
        lines.add(String.format(Locale.ROOT, form, "score", "alone", "marginal"));
        for (String s : scores) {
            lines.add(String.format(Locale.ROOT, form, s, number(alone(s)), number(marginal(s))));
        }
        refused.forEach((name, reason) -> lines.add("without " + name + ": " + reason));
        return lines;
    }

    private static String line(double passes, String text) {
        return String.format(Locale.ROOT, "  %7s  %s", number(passes), text);
    }

    private static String runs(Work w) {
        List<String> parts = new ArrayList<>();
        if (w.forwards() != 0) {
            parts.add(number(w.forwards()) + " forward");
        }
        if (w.sweeps() != 0) {
            parts.add(number(w.sweeps()) + " back");
        }
        if (w.products() != 0) {
            parts.add("products worth " + number(w.products()));
        }
        return String.join(", ", parts);
    }

    private static String number(double passes) {
        return Double.isNaN(passes)
                ? "unknown"
                : String.format(Locale.ROOT, passes == Math.rint(passes) ? "%.0f" : "%.1f", passes);
    }

    @Override
    public String toString() {
        return String.join("\n", lines());
    }
}

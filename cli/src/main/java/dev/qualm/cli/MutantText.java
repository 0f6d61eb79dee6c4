package dev.qualm.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.mutation.AcceptanceReport;
import dev.qualm.mutation.Accuracy;
import dev.qualm.mutation.Mutant;
import dev.qualm.mutation.MutantPool;
import dev.qualm.mutation.Mutation;
import dev.qualm.mutation.Mutator;
import dev.qualm.network.Network;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a search for mutants found, for people and for programs.
 *
 * @param file where the pool was written
 */
record MutantText(Path file, MutantPool pool, List<Mutation> mutations, Network network) {
    List<String> lines() {
        AcceptanceReport r = pool.report();
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d mutants from %,d candidates: %.1f %% accepted",
                pool.size(),
                r.attempts(),
                100 * r.acceptanceRate()));
        Columns reasons = new Columns(false);
        r.rejected()
                .forEach((reason, count) -> reasons.row(reason.toString(), String.format(Locale.ROOT, "%,d", count)));
        lines.addAll(reasons.withLastRight().lines());
        for (Mutation m : mutations) {
            Mutator mutator = m.on(network);
            lines.add(mutator.toString());
            mutator.units().skipped().forEach((layer, why) -> lines.add("  without " + layer + ": " + why));
        }
        lines.add(String.format(
                Locale.ROOT,
                "model right on %,d of %,d items (%.1f %%), a mutant on at least %,d",
                r.original(),
                r.items(),
                100 * r.originalAccuracy(),
                r.leastCorrect()));
        double least =
                pool.accuracies().stream().mapToDouble(Accuracy::atLeast).min().orElse(0);
        double most =
                pool.accuracies().stream().mapToDouble(Accuracy::atMost).max().orElse(0);
        lines.add(String.format(Locale.ROOT, "mutants right on %.1f to %.1f %%", 100 * least, 100 * most));
        lines.add(String.format(
                Locale.ROOT,
                "cost: %,d items run, %.0f %% of all items for each candidate",
                r.evaluations(),
                100.0 * r.evaluations() / r.items() / r.attempts()));
        lines.add("wrote " + file);
        return lines;
    }

    String json() {
        AcceptanceReport r = pool.report();
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("file", file.toString()).put("model", pool.model()).put("mutants", pool.size());
        root.put("wanted", r.wanted()).put("candidates", r.attempts()).put("acceptanceRate", r.acceptanceRate());
        ObjectNode rejected = root.putObject("rejected");
        r.rejected().forEach((reason, count) -> rejected.put(reason.toString(), count));
        root.put("originalAccuracy", r.originalAccuracy()).put("leastCorrect", r.leastCorrect());
        root.put("items", r.items()).put("itemsHash", pool.items().hash()).put("itemsRun", r.evaluations());
        ArrayNode each = root.putArray("accepted");
        for (int i = 0; i < pool.size(); i++) {
            Mutant m = pool.mutants().get(i);
            Accuracy a = pool.accuracies().get(i);
            each.addObject()
                    .put("mutation", m.operator())
                    .put("index", m.index())
                    .put("changed", m.changedScalars())
                    .put("accuracyAtLeast", a.atLeast())
                    .put("accuracyAtMost", a.atMost());
        }
        ObjectNode provenance = root.putObject("provenance");
        for (Map.Entry<String, String> e : pool.provenance().entries().entrySet()) {
            provenance.put(e.getKey(), e.getValue());
        }
        return root.toString();
    }
}

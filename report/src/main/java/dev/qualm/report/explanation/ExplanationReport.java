package dev.qualm.report.explanation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Explanations as numbers.
 *
 * @param model its file's name
 * @param provenance what was run: hashes, versions, seed
 * @param items one per picture and method
 */
public record ExplanationReport(String model, Map<String, String> provenance, List<Item> items) {
    /**
     * One explanation.
     *
     * @param id the picture's name
     * @param method its name in the literature, in kebab case
     * @param parameters of the method
     * @param explained index of the class that the map speaks for, -1 if unknown
     * @param className its name, null if it has none
     * @param probability of that class, NaN if unknown
     * @param target what is explained: logit, probability, log-probability or margin
     * @param residual how far the map's sum is from what completeness asks, as a share of it; NaN if the method has none
     * @param passes cost in forward passes of the model, NaN if unknown
     * @param status {@code ok}, or why the map is missing or doubtful
     * @param features names of the map's columns for rows of a table, else empty
     * @param map null if missing, or if maps were not asked for
     */
    public record Item(
            String id,
            String method,
            Map<String, String> parameters,
            int explained,
            @Nullable String className,
            double probability,
            String target,
            double residual,
            double passes,
            String status,
            List<String> warnings,
            List<String> features,
            @Nullable RelevanceMap map) {
        public Item {
            parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
            warnings = List.copyOf(warnings);
            features = List.copyOf(features);
        }
    }

    public ExplanationReport {
        provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
        items = List.copyOf(items);
    }
}

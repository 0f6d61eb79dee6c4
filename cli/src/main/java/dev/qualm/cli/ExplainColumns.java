package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.AttributionOptions;
import dev.qualm.attribution.Attributions;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.attribution.Target;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns of a comparison, and why some are missing.
 *
 * @param leftOut reasons by method
 */
record ExplainColumns(List<ExplainColumn> columns, Map<String, String> leftOut) {
    /** The only method that needs no gradient. */
    private static final String WITHOUT_GRADIENT = "occlusion";

    /** The only method to whose result the order of an input's axes matters. */
    private static final String CHANNELS_FIRST = "grad-cam";

    /** A column per method; those that lack something are left out. */
    static ExplainColumns of(
            List<String> methods, AttributionOptions options, Network network, Target target, boolean channelsLast) {
        String blocked = GradientPath.problem(network);
        List<ExplainColumn> columns = new ArrayList<>();
        Map<String, String> leftOut = new LinkedHashMap<>();
        for (String name : methods) {
            try {
                if (!blocked.isEmpty() && !name.equals(WITHOUT_GRADIENT)) {
                    throw new QualmException(blocked + ". Take --method " + WITHOUT_GRADIENT + ", which needs none");
                }
                if (channelsLast && name.equals(CHANNELS_FIRST)) {
                    throw new QualmException(
                            "Method " + name + " needs inputs [n, c, h, w], but this model's are" + " [n, h, w, c]");
                }
                Attribution method = Attributions.of(name, options);
                columns.add(new ExplainColumn(
                        name, method, Double.POSITIVE_INFINITY, () -> method.on(network, target), true));
            } catch (QualmException e) {
                leftOut.put(name, String.valueOf(e.getMessage()));
            }
        }
        return new ExplainColumns(columns, leftOut);
    }

    /** The network itself, and a column per sharpness. {@code maps} stay open until all is done. */
    static ExplainColumns of(Attribution method, List<Double> betas, SmoothedMaps maps) {
        List<ExplainColumn> columns = new ArrayList<>();
        double relu = Double.POSITIVE_INFINITY;
        columns.add(new ExplainColumn("relu", method, relu, () -> maps.at(relu), false));
        for (double beta : betas) {
            String number = beta == Math.rint(beta) && beta < 1e9 ? Long.toString((long) beta) : Double.toString(beta);
            columns.add(new ExplainColumn("beta-" + number, method, beta, () -> maps.at(beta), false));
        }
        return new ExplainColumns(columns, Map.of());
    }

    /**
     * These without the columns that no item has a map in because of the network, and the results likewise.
     *
     * @param results are replaced by those that are left
     * @throws QualmException if nothing is left
     */
    ExplainColumns withoutRefused(List<ExplainResult> results) {
        List<ExplainColumn> kept = new ArrayList<>();
        List<Boolean> keeps = new ArrayList<>();
        Map<String, String> reasons = new LinkedHashMap<>(leftOut);
        for (int c = 0; c < columns.size(); c++) {
            int column = c;
            List<ExplainCell> refused = results.stream()
                    .map(r -> r.cells().get(column))
                    .filter(ExplainCell::refused)
                    .toList();
            boolean any = results.stream().map(r -> r.cells().get(column)).anyMatch(x -> x.map() != null);
            keeps.add(any || refused.isEmpty());
            if (any || refused.isEmpty()) {
                kept.add(columns.get(c));
            } else {
                reasons.put(columns.get(c).title(), refused.get(0).status().detail());
            }
        }
        // Smoothings make sense together only: the network itself alone is not what was asked for.
        boolean smoothed = columns.stream().anyMatch(c -> Double.isFinite(c.beta()));
        if (kept.isEmpty() || (smoothed && kept.size() < columns.size())) {
            throw new QualmException(String.join("; ", new java.util.LinkedHashSet<>(reasons.values())));
        }
        results.replaceAll(r -> r.only(keeps));
        return new ExplainColumns(kept, reasons);
    }

    /** A sentence per reason, with the methods that it is for. */
    List<String> remarks() {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        leftOut.forEach((name, reason) -> byReason.computeIfAbsent(
                        reason.replace("Method " + name + " ", ""), r -> new ArrayList<>())
                .add(name));
        List<String> remarks = new ArrayList<>();
        byReason.forEach((reason, names) -> remarks.add("left out " + String.join(", ", names) + ": " + reason));
        return remarks;
    }
}

package dev.qualm.report;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything a report of scores on several data sets shows. Plain data: the page and the JSON file are made from this
 * alone.
 *
 * @param title of the page
 * @param summary what was done and found, in a few sentences
 * @param inDistribution name of the set the model was trained for
 * @param inImages its number of images
 * @param outSets the sets that should be doubted
 * @param rules how the numbers were computed
 * @param rows one per score
 * @param histograms one per score, or none
 * @param rocs one per out-distribution set, or none
 * @param provenance what was run: model, data, hashes, versions, seed; shown in this order
 * @param notes limits a reader must know
 */
public record ScoreReport(
        String title,
        String summary,
        String inDistribution,
        int inImages,
        List<OutSet> outSets,
        Rules rules,
        List<ScoreRow> rows,
        List<Histogram> histograms,
        List<RocSet> rocs,
        Doubted doubted,
        Map<String, String> provenance,
        List<String> notes) {
    public ScoreReport {
        outSets = List.copyOf(outSets);
        rows = List.copyOf(rows);
        histograms = List.copyOf(histograms);
        rocs = List.copyOf(rocs);
        provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
        notes = List.copyOf(notes);
        List<String> sets = outSets.stream().map(OutSet::name).toList();
        Set<String> scores = unique("score", rows.stream().map(ScoreRow::name).toList());
        unique("out-distribution set", sets);
        for (ScoreRow row : rows) {
            List<String> cells =
                    row.cells().stream().map(ScoreRow.Cell::dataset).toList();
            if (!cells.equals(sets)) {
                throw new IllegalArgumentException("Score " + row.name() + " needs one cell for each of " + sets
                        + " in this order, but found " + cells);
            }
        }
        for (Histogram h : histograms) {
            requireKnown("histogram", h.score(), scores);
        }
        for (RocSet roc : rocs) {
            requireKnown("ROC chart", roc.dataset(), sets);
            for (RocSet.Curve curve : roc.curves()) {
                requireKnown("ROC curve", curve.score(), scores);
            }
        }
    }

    private static Set<String> unique(String what, List<String> names) {
        Set<String> set = new LinkedHashSet<>(names);
        if (set.size() != names.size()) {
            throw new IllegalArgumentException("Names must be unique, but a " + what + " appears twice in " + names);
        }
        return set;
    }

    private static void requireKnown(String what, String name, Collection<String> known) {
        if (!known.contains(name)) {
            throw new IllegalArgumentException("A " + what + " names '" + name + "', which is not one of " + known);
        }
    }
}

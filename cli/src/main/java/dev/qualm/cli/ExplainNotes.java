package dev.qualm.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What stands below a sheet of explanations.
 *
 * @param target what is explained, for example {@code logit}
 * @param whose it is, for example {@code the predicted class}
 * @param channels how channels were summed up, or empty
 * @param smoothed whether columns are smoothings
 */
record ExplainNotes(String target, String whose, String channels, boolean smoothed) {
    /** So many methods are described with their parameters. */
    private static final int DESCRIBED = 3;

    List<String> of(ExplainColumns kept, List<ExplainResult> results) {
        List<String> notes = new ArrayList<>();
        notes.add("Relevance for the " + target + " of " + whose + (channels.isEmpty() ? "" : ", " + channels)
                + ". Red speaks for it, blue against it; from white to purple where a method gives no negative values here."
                + " Each map has its own scale.");
        List<ExplainColumn> columns = kept.columns();
        if (smoothed) {
            notes.add(
                    "relu: the network itself. beta: softplus of that sharpness in place of Relu; p is what the smoothed"
                            + " network gives the class.");
        }
        List<ExplainColumn> described = smoothed ? columns.subList(0, 1) : columns;
        if (described.size() <= DESCRIBED) {
            described.stream()
                    .filter(c -> !c.method().parameters().isEmpty())
                    .forEach(c -> notes.add(c.method().name() + ": "
                            + c.method().parameters().entrySet().stream()
                                    .map(e -> e.getKey() + " " + e.getValue())
                                    .collect(Collectors.joining(", "))
                            + "."));
        }
        boolean sums = results.stream().flatMap(r -> r.cells().stream()).anyMatch(c -> !Double.isNaN(c.residual()));
        if (sums) {
            notes.add(
                    "Sum off by: how far a map's sum is from what the method promises it to be; in LRP biases take their share.");
        }
        kept.remarks().forEach(r -> notes.add("L" + r.substring(1) + "."));
        return notes;
    }
}

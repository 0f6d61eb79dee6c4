package dev.qualm.detect.meta;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.artifact.Artifact;
import dev.qualm.artifact.Fields;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.wrong.LinearModel;
import dev.qualm.metric.Auroc;
import dev.qualm.mutation.ItemSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A learnt combination of detectors: log odds of distrust, a weighted sum of scaled scores.
 *
 * @param modelHash the model whose predictions it judges
 * @param parts names of the scores it combines
 * @param scaling what is done to them first
 * @param model weights and bias
 * @param items contents it was fitted on
 * @param trusted scores of the fit's trusted items, each from a fit that had not seen it: what new scores may be compared with. For a promise,
 *     calibrate on further items
 * @param auroc of the scores across folds
 * @param provenance what made it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record MetaDetector(
        String modelHash,
        List<String> parts,
        ScoreScaling scaling,
        LinearModel model,
        ItemSet items,
        double[] trusted,
        Auroc auroc,
        Provenance provenance) {
    /** Of the files. */
    public static final String KIND = "meta-detector";

    private static final int PART = 256;
    private static final int MOST_PARTS = 10_000;

    public MetaDetector {
        parts = List.copyOf(parts);
        if (scaling.median().length != parts.size() || model.features() != parts.size()) {
            throw new MetaException("Expected a scaling and weights for the " + parts.size() + " scores " + parts
                    + ", but found " + scaling.median().length + " and " + model.features());
        }
    }

    /** Log odds of distrust of a row of scores; NaN unless all are finite. */
    public static double logOdds(ScoreScaling scaling, LinearModel model, double[] row) {
        double[] z = scaling.apply(row);
        double[] weights = model.weights();
        double sum = model.bias();
        for (int p = 0; p < z.length; p++) {
            sum += weights[p] * z[p];
        }
        return sum;
    }

    /** Log odds of distrust by item; NaN where one of the scores is not defined. */
    public double[] score(ScoreTable table) {
        return score(MetaItems.rows(table, parts));
    }

    /** The same of rows {@code [item][part]}. */
    public double[] score(double[][] rows) {
        return Arrays.stream(rows)
                .mapToDouble(r -> {
                    if (r.length != parts.size()) {
                        throw new MetaException(
                                "Expected rows of the scores " + parts + ", but found " + r.length + " in a row");
                    }
                    return logOdds(scaling, model, r);
                })
                .toArray();
    }

    /** Weight of each scaled score, in the order of {@link #parts}. */
    public double[] weights() {
        return model.weights().clone();
    }

    /**
     * Refuses items it was fitted on: {@link #trusted} has honest scores of those.
     *
     * @param inputs {@code [n, ...]}, as the network takes them
     * @throws MetaException if an item is among those
     */
    public void requireUnseen(Array inputs) {
        boolean[] held = items.holds(inputs);
        long seen = IntStream.range(0, held.length).filter(i -> held[i]).count();
        if (seen > 0) {
            throw new MetaException("Expected items that the combination was not fitted on, but found " + seen + " of "
                    + held.length + " among those; score other data");
        }
    }

    /** As {@link #requireUnseen(Array)}, part by part; items that cannot be read are skipped. */
    public void requireUnseen(Dataset data) {
        for (int from = 0; from < data.size(); from += PART) {
            Batch batch = data.read(from, Math.min(data.size(), from + PART));
            requireUnseen(batch.inputs()
                    .select(IntStream.range(0, batch.size())
                            .filter(i -> batch.status().get(i).ok())
                            .toArray()));
        }
    }

    /** Saves it, completely or not at all. */
    public void save(Path file) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        ArrayNode names = content.putArray("parts");
        parts.forEach(p -> names.addObject().put("name", p));
        content.put("contents", items.hash());
        content.put("negatives", auroc.negatives());
        content.put("positives", auroc.positives());
        Map<String, Array> arrays = new HashMap<>();
        arrays.put("scaling", scaling.toArray());
        arrays.put("weights", Array.of(weights(), parts.size()));
        arrays.put("numbers", Array.of(new double[] {model.bias(), auroc.value(), auroc.variance()}, 3));
        arrays.put("items", Array.of(items.items(), items.size()));
        arrays.put("trusted", Array.of(trusted.clone(), trusted.length));
        new Artifact(KIND, modelHash, provenance, content, arrays).write(file);
    }

    /**
     * Reads what {@link #save} wrote; scores are the same to the last bit.
     *
     * @param modelHash of the model whose predictions are to be judged
     * @throws UnreadableFileException if the file is missing, damaged or of another kind
     * @throws QualmException if it was fitted for another model
     */
    public static MetaDetector load(Path file, String modelHash) {
        Artifact artifact = Artifact.read(file, KIND);
        artifact.requireModel(modelHash);
        try {
            return read(artifact);
        } catch (UnreadableFileException e) {
            throw e;
        } catch (QualmException e) {
            throw new UnreadableFileException(file + ": the saved combination is damaged: " + e.getMessage(), e);
        }
    }

    private static MetaDetector read(Artifact artifact) {
        Fields fields = artifact.fields();
        List<String> parts = new ArrayList<>();
        for (Fields part : fields.objects("parts")) {
            parts.add(part.text("name"));
        }
        if (parts.isEmpty()
                || parts.size() > MOST_PARTS
                || parts.stream().distinct().count() < parts.size()) {
            throw fields.failure("parts", "names of 1 to " + MOST_PARTS + " scores, none twice");
        }
        double[] numbers = doubles(artifact, "numbers", 3);
        double[] weights = doubles(artifact, "weights", parts.size());
        Array trusted = artifact.array("trusted");
        int negatives = fields.integer("negatives");
        int positives = fields.integer("positives");
        boolean counted = negatives > 0 && positives > 0 && trusted.size() == negatives;
        if (!counted || !(numbers[1] >= 0 && numbers[1] <= 1) || numbers[2] < 0) {
            throw new MetaException("Expected an AUROC of " + negatives + " trusted and " + positives
                    + " distrusted items and a score of each of the former, but found " + numbers[1] + " and "
                    + trusted);
        }
        Array contents = artifact.array("items");
        if (contents.rank() != 1 || contents.dtype() != DType.INT64) {
            throw new MetaException("Expected the items' contents as integers of 64 bits, but found " + contents);
        }
        ItemSet items = MetaItems.itemSet(contents.longs());
        if (!items.hash().equals(fields.text("contents"))) {
            throw fields.failure("contents", "the name of the items it was fitted on");
        }
        return new MetaDetector(
                artifact.modelHash(),
                parts,
                ScoreScaling.of(artifact.array("scaling"), parts.size()),
                new LinearModel(weights, numbers[0]),
                items,
                finite(trusted),
                new Auroc(numbers[1], negatives, positives, numbers[2]),
                artifact.provenance());
    }

    private static double[] finite(Array trusted) {
        double[] values = trusted.toDoubles().clone();
        if (trusted.rank() != 1 || !Arrays.stream(values).allMatch(Double::isFinite)) {
            throw new MetaException("Expected finite scores of the trusted items, but found " + trusted);
        }
        return values;
    }

    private static double[] doubles(Artifact artifact, String name, int length) {
        Array a = artifact.array(name);
        if (a.rank() != 1 || a.dim(0) != length || a.dtype() != DType.FLOAT64) {
            throw new MetaException("Expected '" + name + "' as " + length + " doubles, but found " + a);
        }
        return a.toDoubles().clone();
    }

    @Override
    public String toString() {
        return "combination of " + parts + " fitted on " + items.size() + " items of model " + modelHash;
    }
}

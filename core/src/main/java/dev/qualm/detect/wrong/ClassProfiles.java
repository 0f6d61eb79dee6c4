package dev.qualm.detect.wrong;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * What the conductance of a layer looks like when the classifier is right: the mean of each feature map per class, over correct predictions (Wu,
 * Michel, Briot 2019). A class's characteristic maps are those whose mean stands out most above the mean over all classes.
 *
 * @param modelHash the model, as {@link dev.qualm.network.onnx.ModelHash} names it
 * @param layer the tensor
 * @param means {@code [classes][maps]}; zeros for a class without correct predictions
 * @param counts correct predictions per class
 */
public record ClassProfiles(String modelHash, String layer, double[][] means, int[] counts, Provenance provenance) {
    static final String KIND = "class-profiles";

    /** Characteristic maps the authors kept per class. */
    public static final int TOP = 4;

    public ClassProfiles {
        FitException.require(
                means.length == counts.length && means.length > 0, "a count", "for each class", counts.length);
        for (double[] row : means) {
            FitException.require(
                    row.length == means[0].length && row.length > 0 && Rows.finite(row),
                    "finite means of " + means[0].length + " maps",
                    "for each class",
                    row.length);
        }
    }

    /**
     * An input beside the correct predictions of the class it was given.
     *
     * @param maps the characteristic maps of the class, most characteristic first
     * @param conductance of the input at these maps
     * @param relative conductance divided by the class's mean of the map; NaN where that is 0
     */
    public record Likeness(int predicted, int[] maps, double[] conductance, double[] relative) {}

    /**
     * Profiles from the correct predictions among labelled samples.
     *
     * @param classes number of the classifier's classes
     * @throws FitException if no prediction is correct, or the samples have no conductance
     */
    public static ClassProfiles of(Labelled items, int classes) {
        Samples samples = items.samples();
        double[][] rows = samples.rows();
        boolean[] wrong = items.wrong();
        int maps = rows.length == 0 ? 0 : rows[0].length;
        double[][] means = new double[classes][maps];
        int[] counts = new int[classes];
        for (int i = 0; i < rows.length; i++) {
            int c = items.labels()[i];
            FitException.require(c < classes, "labels below " + classes, "for each item", c);
            if (wrong[i] || !Rows.finite(rows[i])) {
                continue;
            }
            counts[c]++;
            for (int k = 0; k < maps; k++) {
                means[c][k] += rows[i][k];
            }
        }
        FitException.require(IntStream.of(counts).sum() > 0, "at least one correct prediction", "to profile", 0);
        for (int c = 0; c < classes; c++) {
            for (int k = 0; k < maps; k++) {
                means[c][k] /= Math.max(1, counts[c]);
            }
        }
        Provenance made = Provenance.of("class-profiles")
                .with("model", samples.modelHash())
                .with("items", items.size())
                .with("correct", IntStream.of(counts).sum())
                .with("samples", samples.provenance());
        String layer = samples.provenance().entries().getOrDefault("layer", "");
        return new ClassProfiles(samples.modelHash(), layer, means, counts, made);
    }

    public int classes() {
        return means.length;
    }

    public int maps() {
        return means[0].length;
    }

    /**
     * The maps whose mean in a class is most above the mean over all classes that have correct predictions, most characteristic first; of
     * equal ones the first.
     *
     * @param top how many, at most {@link #maps}
     */
    public int[] characteristic(int cls, int top) {
        FitException.require(cls >= 0 && cls < classes(), "a class", "from 0 to " + (classes() - 1), cls);
        FitException.require(top >= 1 && top <= maps(), "a number of maps", "from 1 to " + maps(), top);
        if (counts[cls] == 0) {
            throw new FitException("Class " + cls + " has no correct prediction among the profiled items, so nothing is"
                    + " characteristic of it; profile more items");
        }
        double[] above = new double[maps()];
        long profiled = IntStream.of(counts).filter(n -> n > 0).count();
        for (int k = 0; k < above.length; k++) {
            double sum = 0;
            for (double[] row : means) {
                sum += row[k];
            }
            above[k] = means[cls][k] - sum / profiled;
        }
        return IntStream.range(0, above.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer k) -> -above[k]))
                .limit(top)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * Compares an input with the class it was given.
     *
     * @param row its conductance, {@code [maps]}, read as the profiles were
     */
    public Likeness compare(double[] row, int predicted, int top) {
        FitException.require(row.length == maps(), "a conductance of " + maps(), "maps", row.length);
        int[] chosen = characteristic(predicted, top);
        double[] values = new double[top];
        double[] relative = new double[top];
        for (int t = 0; t < top; t++) {
            double mean = means[predicted][chosen[t]];
            values[t] = row[chosen[t]];
            relative[t] = mean == 0 ? Double.NaN : values[t] / mean;
        }
        return new Likeness(predicted, chosen, values, relative);
    }

    /** Saves them, completely or not at all. */
    public void save(Path file) {
        ObjectNode content = JsonNodeFactory.instance.objectNode().put("layer", layer);
        double[] flat = new double[classes() * maps()];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = means[i / maps()][i % maps()];
        }
        new Artifact(
                        KIND,
                        modelHash,
                        provenance,
                        content,
                        java.util.Map.of(
                                "means", Array.of(flat, classes(), maps()),
                                "counts", Array.of(counts.clone(), classes())))
                .write(file);
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @throws UnreadableFileException if the file is missing, damaged or of another kind
     * @throws dev.qualm.QualmException if it belongs to another model
     */
    public static ClassProfiles load(Path file, String modelHash) {
        Artifact artifact = Artifact.read(file, KIND);
        artifact.requireModel(modelHash);
        Array means = artifact.array("means");
        Array counts = artifact.array("counts");
        if (means.rank() != 2 || counts.rank() != 1 || counts.dim(0) != means.dim(0)) {
            throw new UnreadableFileException("Saved profiles " + file + " are damaged: expected means [classes, maps]"
                    + " and counts [classes], but found " + means + " and " + counts);
        }
        double[][] rows = new double[means.dim(0)][];
        int[] n = new int[rows.length];
        for (int c = 0; c < rows.length; c++) {
            rows[c] = means.slice(c, c + 1).toDoubles().clone();
            n[c] = (int) counts.get(c);
        }
        try {
            return new ClassProfiles(modelHash, artifact.fields().text("layer"), rows, n, artifact.provenance());
        } catch (FitException e) {
            throw new UnreadableFileException("Saved profiles " + file + " are damaged: " + e.getMessage(), e);
        }
    }
}

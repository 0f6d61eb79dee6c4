package dev.qualm.detect.wrong;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.artifact.Artifact;
import dev.qualm.metric.Auroc;
import dev.qualm.metric.Ranking;
import dev.qualm.metric.Threshold;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A fitted detector of wrong predictions of one model. Immutable; any number of threads may use it. */
public final class FittedDetector {
    private final String modelHash;
    private final WrongPredictionDetector.Pipeline pipeline;
    private final Threshold threshold;
    private final Auroc auroc;
    private final Set<String> seen;
    private final String discipline;
    private final String reading;
    private final Provenance provenance;

    FittedDetector(
            String modelHash,
            WrongPredictionDetector.Pipeline pipeline,
            Threshold threshold,
            Auroc auroc,
            Set<String> seen,
            String discipline,
            String reading,
            Provenance provenance) {
        this.modelHash = modelHash;
        this.pipeline = pipeline;
        this.threshold = threshold;
        this.auroc = auroc;
        this.seen = seen;
        this.discipline = discipline;
        this.reading = reading;
        this.provenance = provenance;
    }

    /**
     * How it does on labelled items it has not seen.
     *
     * @param auroc of its score, wrong predictions positive
     * @param threshold the fitted threshold with its recalls on these items
     * @param leftOut items without a score; the recalls count them as flagged, the AUROC leaves them out
     */
    public record Evaluation(Auroc auroc, Threshold threshold, int leftOut, String discipline) {}

    /** The model whose predictions it judges. */
    public String modelHash() {
        return modelHash;
    }

    public Set<Feature> features() {
        return pipeline.features();
    }

    /** Where doubt begins, with the recalls on the split it was chosen on. */
    public Threshold threshold() {
        return threshold;
    }

    /** How it ranked the split that its threshold was chosen on, which it was not fitted on. */
    public Auroc auroc() {
        return auroc;
    }

    /** What it was fitted on; shown beside every result. */
    public String discipline() {
        return discipline;
    }

    public Provenance provenance() {
        return provenance;
    }

    WrongPredictionDetector.Pipeline pipeline() {
        return pipeline;
    }

    Set<String> seen() {
        return seen;
    }

    String reading() {
        return reading;
    }

    /**
     * Distrust per item, larger = less trustworthy; NaN where a feature is not finite.
     *
     * @throws QualmException if the samples are another model's, or were read with other settings
     */
    public double[] score(Samples samples) {
        if (!samples.modelHash().equals(modelHash)) {
            throw new QualmException("This detector belongs to another model: expected samples of the model with hash "
                    + modelHash + ", but found " + samples.modelHash() + "; fit a detector for this model");
        }
        Reading.require(reading, pipeline.features(), samples);
        return pipeline.score(samples);
    }

    /** Scores, verdicts and why some are missing. */
    public Judgement judge(Samples samples) {
        double[] values = score(samples);
        boolean[] flagged = new boolean[values.length];
        List<Status> status = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            flagged[i] = flags(values[i]);
            Status given = samples.status().get(i);
            status.add(Double.isNaN(values[i]) && given.isOk() ? Status.undefined("a feature is not finite") : given);
        }
        return new Judgement(values, flagged, threshold, status, samples.passes(), discipline, provenance);
    }

    /**
     * Its quality on labelled items.
     *
     * @throws FitException if items for fitting or for the threshold are among them
     */
    public Evaluation evaluate(Labelled items) {
        Splits.requireDisjoint("evaluation", items.samples().hashes(), "those the detector has seen", seen);
        double[] scores = score(items.samples());
        Labelled kept = items.usable(pipeline.features());
        return new Evaluation(
                Auroc.of(Ranking.of(pipeline.score(kept.samples()), kept.wrong())),
                counted(scores, items.wrong()),
                items.size() - kept.size(),
                discipline);
    }

    /** The threshold's recalls on other items; those without a score count as flagged. */
    private Threshold counted(double[] scores, boolean[] wrong) {
        int caught = 0;
        int kept = 0;
        for (int i = 0; i < scores.length; i++) {
            caught += wrong[i] && flags(scores[i]) ? 1 : 0;
            kept += !wrong[i] && !flags(scores[i]) ? 1 : 0;
        }
        int positives = Rows.count(wrong);
        return new Threshold(threshold.value(), caught, positives, kept, wrong.length - positives, threshold.rule());
    }

    private boolean flags(double score) {
        return Double.isNaN(score) || threshold.flags(score);
    }

    /**
     * Saves it, completely or not at all.
     *
     * @throws QualmException if the file cannot be written
     */
    public void save(Path file) {
        DetectorFile.artifact(this).write(file);
    }

    /**
     * Reads what {@link #save} wrote; its scores are the same to the last bit.
     *
     * @param modelHash the model about to be judged
     * @throws dev.qualm.UnreadableFileException if the file is missing, damaged or of another kind
     * @throws QualmException if it was fitted for another model
     */
    public static FittedDetector load(Path file, String modelHash) {
        Artifact artifact = Artifact.read(file, DetectorFile.KIND);
        artifact.requireModel(modelHash);
        return DetectorFile.read(artifact);
    }

    @Override
    public String toString() {
        return "Detector of wrong predictions from " + Feature.format(pipeline.features()) + ", " + threshold + "; "
                + auroc + (auroc.value() < 0.5 ? "; worse than chance: it needs more rows or another model; " : "; ")
                + discipline;
    }
}

package dev.qualm.detect.wrong;

import dev.qualm.detect.Evidence;
import dev.qualm.detect.LcrScore;
import dev.qualm.detect.Score;
import dev.qualm.network.Network;
import org.jspecify.annotations.Nullable;

/**
 * What a fitted detector of wrong predictions says, as a score beside others. Close it after the last use.
 *
 * @param detector fitted for the network that is scored
 * @param reader of that network
 * @param lcr the mutants whose label change rate the detector was fitted with; null if it does without
 */
public record WrongPredictionScore(
        FittedDetector detector,
        SampleReader reader,
        @Nullable LcrScore lcr) implements Score, AutoCloseable {
    public WrongPredictionScore {
        FitException.require(
                lcr != null || !detector.features().contains(Feature.LCR),
                "a pool of mutants",
                "for a detector that was fitted with label change rates",
                "none; make one with qualm mutants");
    }

    /** A score for a network. */
    public static WrongPredictionScore of(FittedDetector detector, Network network, @Nullable LcrScore lcr) {
        SampleReader reader = detector.features().contains(Feature.CONDUCTANCE)
                ? SampleReader.of(network)
                : SampleReader.withoutConductance(network);
        return new WrongPredictionScore(detector, reader, lcr);
    }

    /** The detector's features, for example {@code conductance+lcr}. */
    @Override
    public String name() {
        return Feature.format(detector.features());
    }

    @Override
    public String question() {
        return "Do the usual feature maps carry the prediction, and does it survive small changes of the model?";
    }

    @Override
    public Source source() {
        return usesMutants() ? Source.MUTANTS : Source.ATTRIBUTION;
    }

    /** Known after the first batch, NaN before: it depends on whether the layer's conductance needs a path. */
    @Override
    public double passes(int classes) {
        return reader.passes() + (usesMutants() && lcr != null ? lcr.passes(classes) - 1 : 0);
    }

    private boolean usesMutants() {
        return detector.features().contains(Feature.LCR);
    }

    @Override
    public double[] score(Evidence evidence) {
        Samples samples = evidence.timed(source(), () -> reader.read(evidence.onlyInput()));
        if (usesMutants() && lcr != null) {
            samples = samples.withLabelChangeRate(
                    evidence.labelChanges(lcr.rate()).rates(),
                    lcr.pool().size(),
                    lcr.pool().provenance());
        }
        return detector.score(samples);
    }

    @Override
    public void close() {
        reader.close();
    }
}

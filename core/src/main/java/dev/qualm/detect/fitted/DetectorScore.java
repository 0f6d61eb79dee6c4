package dev.qualm.detect.fitted;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import dev.qualm.detect.Work;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A fitted detector as a score beside others.
 *
 * @param detector the method
 * @param site the network's classes, features and head
 * @param learnt what it was fitted with
 * @param judge how it scores
 */
public record DetectorScore(Detector detector, Site site, Learnt learnt, Judge judge) implements Score {
    /** @throws dev.qualm.UnreadableFileException if what was learnt does not suit the method or the network */
    public static DetectorScore of(Detector detector, Site site, Learnt learnt) {
        return new DetectorScore(detector, site, learnt, detector.judge(site, learnt));
    }

    /** The method's name and the parameters that are not at their defaults, for example {@code knn:k=10}. */
    @Override
    public String name() {
        return Detectors.text(detector);
    }

    @Override
    public String question() {
        return detector.about().question();
    }

    @Override
    public Source source() {
        return Collections.max(sources());
    }

    @Override
    public Set<Source> sources() {
        Set<Source> all = EnumSet.of(detector.about().readsHead() ? Source.HEAD : Source.LOGITS);
        detector.about().reads().forEach(r -> all.add(r.source()));
        return all;
    }

    @Override
    public Set<String> tensors(Network network) {
        return detector.tensors(network);
    }

    @Override
    public List<Work> work(int classes, CosineSimilarityMaps maps) {
        return detector.work(classes);
    }

    @Override
    public double passes(int classes) {
        return detector.passes(classes);
    }

    @Override
    public @Nullable String refusal(Network network, int classes) {
        if (classes != site.classes()) {
            return "it was fitted for " + site.classes() + " classes, the network has " + classes;
        }
        return Detectors.refusal(detector, network, site);
    }

    @Override
    public double[] score(Evidence evidence) {
        if (judge instanceof Judge.OfInput changed) {
            return defined(evidence.timed(source(), () -> changed.score(evidence)));
        }
        int[] unknown = new int[evidence.size()];
        Arrays.fill(unknown, Readings.UNKNOWN);
        return scoreRows(Readings.of(evidence, unknown, null, detector.about().readsHead(), detector.quantities()));
    }

    /**
     * Scores what was read already.
     *
     * @param logits {@code [n, K]}
     * @param features input of the last linear layer {@code [n, d]}; without elements if the method does not read it
     * @return distrust per row; NaN where something is not finite or the method's definition yields no value
     * @throws DetectorException if the method needs more
     */
    public double[] scoreFeatures(Array logits, Array features) {
        double[][] z = Readings.rows(logits);
        return scoreRows(Readings.of(z, features.size() == 0 ? new double[z.length][0] : Readings.rows(features)));
    }

    /**
     * Scores what was read already, quantities included.
     *
     * @return as {@link #scoreFeatures}
     * @throws DetectorException if the method needs what was not read, or the input itself
     */
    public double[] scoreRows(Readings batch) {
        if (!(judge instanceof Judge.OfRow of)) {
            throw new DetectorException("Detector " + name()
                    + ": expected the inputs, but found what was read of them; score evidence of a network instead");
        }
        detector.quantities().forEach(q -> batch.quantity(q.name()));
        int d = detector.about().readsHead() ? site.features() : 0;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.logits(i).length != site.classes() || (d > 0 && batch.features(i).length != d)) {
                throw new ShapeException("Detector " + name() + ": expected " + site.classes() + " logits and " + d
                        + " features, but found " + batch.logits(i).length + " and " + batch.features(i).length);
            }
        }
        int[] finite = IntStream.range(0, batch.size()).filter(batch::finite).toArray();
        double[] found = of.scores(finite.length == batch.size() ? batch : batch.select(finite));
        double[] out = new double[batch.size()];
        Arrays.fill(out, Double.NaN);
        for (int i = 0; i < finite.length; i++) {
            out[finite[i]] = found[i];
        }
        return defined(out);
    }

    /**
     * The changed networks that it asks, drawn again: for label change rates.
     *
     * @param network it was fitted for
     * @return null for methods that ask none
     */
    public @Nullable FittedMutants mutants(Network network) {
        return detector instanceof Lcr lcr ? lcr.mutants(network, learnt) : null;
    }

    private static double[] defined(double[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Double.isFinite(values[i]) ? values[i] : Double.NaN;
        }
        return values;
    }

    @Override
    public String toString() {
        return name() + " (" + detector.about().paper() + ")";
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attribution.ConductanceExplainer;
import dev.qualm.attribution.LayerConductance;
import dev.qualm.attribution.Target;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.detect.wrong.ClassProfiles;
import dev.qualm.detect.wrong.SampleReader;
import dev.qualm.detect.wrong.Samples;
import dev.qualm.network.Network;
import dev.qualm.report.conductance.ConductanceComparison;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** Puts an input beside the correct prediction of its class that is most like the class's profile. */
record ProfileComparison(
        Network network,
        ClassProfiles profiles,
        LabelledItems items,
        ModelClasses classes,
        SampleComputation computation,
        SampleReader reader) {
    /** Longest side of a picture in pixels. */
    private static final int LONGEST = 512;

    /**
     * An input and its reference.
     *
     * @param probability of the predicted class
     * @param referenceRow conductance of the reference, {@code [maps]}
     * @param maps of both with positions, {@code [2, maps, ...]}
     */
    @SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
    record Found(
            MapItem item,
            ClassProfiles.Likeness likeness,
            double probability,
            MapItem reference,
            double referenceProbability,
            double[] referenceRow,
            Array maps) {
        ConductanceComparison picture(ModelClasses classes, ClassProfiles profiles) {
            String name = words(classes, likeness.predicted());
            return new ConductanceComparison(
                    "Conductance of " + profiles.layer() + " at the maps characteristic of " + name,
                    side(item, name, probability, 0),
                    side(reference, name, referenceProbability, 1),
                    likeness.maps(),
                    likeness.relative(),
                    List.of(
                            "Above the input, below the correct prediction of " + name
                                    + " nearest to the class mean. All maps share one range of colours.",
                            String.format(
                                    Locale.ROOT,
                                    "Class means over %,d correct predictions.",
                                    profiles.counts()[likeness.predicted()])));
        }

        private ConductanceComparison.Side side(MapItem of, String prediction, double p, int row) {
            Array all = maps.slice(row, row + 1);
            int[] shape = java.util.Arrays.copyOfRange(all.shape(), 1, all.rank());
            String label = of.label() == null ? "" : " · label " + of.label();
            return new ConductanceComparison.Side(
                    of.id() + label, Thumbnails.of(of, LONGEST), prediction, p, all.reshape(shape));
        }
    }

    static String words(ModelClasses classes, int c) {
        return (classes.names().isEmpty() ? "class " : "") + classes.name(c);
    }

    /**
     * Compares.
     *
     * @param top characteristic maps to show
     * @param progress takes the number of items of the class that were run
     * @throws QualmException if the input cannot be read or predicted, or no item of its class is predicted correctly
     */
    Found of(MapItem item, int top, LongConsumer progress) {
        Batch batch = Objects.requireNonNull(item.fit()).data().read(item.index(), item.index() + 1);
        Array x = batch.requireComplete().inputs();
        Samples one = reader.read(x);
        int predicted = one.predictions()[0];
        if (predicted < 0) {
            throw new QualmException(
                    item.id() + " has no prediction: " + one.status().get(0));
        }
        double[] row = Objects.requireNonNull(one.conductance())[0];
        ClassProfiles.Likeness likeness = profiles.compare(row, predicted, top);
        Dataset data = items.data();
        int[] labels = data.labels();
        int[] places = IntStream.range(0, labels.length)
                .filter(i -> labels[i] == predicted)
                .toArray();
        Samples others = places.length == 0
                ? one.select()
                : computation.read(data.select(places), reader, null, progress).samples();
        int best = nearest(others, predicted, one.hashes().get(0));
        if (best < 0) {
            throw new QualmException(
                    "Expected an item of class " + classes.name(predicted) + " besides the input that the"
                            + " model is right about, but found none among the " + places.length
                            + " of this class; give more data, or a larger --limit");
        }
        Array reference = data.batch(places[best], places[best] + 1);
        return new Found(
                item,
                likeness,
                1 - one.msp()[0],
                items.item(places[best]),
                1 - others.msp()[best],
                Objects.requireNonNull(others.conductance())[best],
                maps(Array.concat(List.of(x, reference)), predicted));
    }

    /** The correct prediction whose conductance is nearest to the class's mean; -1 if there is none. */
    private int nearest(Samples others, int predicted, String own) {
        double[] mean = profiles.means()[predicted];
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < others.size(); i++) {
            if (others.predictions()[i] != predicted || others.hashes().get(i).equals(own)) {
                continue;
            }
            double[] row = Objects.requireNonNull(others.conductance())[i];
            double distance = 0;
            for (int k = 0; k < mean.length; k++) {
                distance += (row[k] - mean[k]) * (row[k] - mean[k]);
            }
            if (distance < least) {
                least = distance;
                best = i;
            }
        }
        return best;
    }

    private Array maps(Array pair, int predicted) {
        LayerConductance units =
                LayerConductance.reference().of(profiles.layer()).with(LayerConductance.Positions.EACH);
        try (ConductanceExplainer explainer = units.on(network, Target.logit())) {
            return Objects.requireNonNull(explainer
                    .explain(pair, new int[] {predicted, predicted})
                    .layers()
                    .get(profiles.layer()));
        }
    }
}

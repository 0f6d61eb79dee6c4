package dev.qualm.detect;

import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.gradient.MapFeatures;
import dev.qualm.network.Network;
import org.jspecify.annotations.Nullable;

/**
 * One number of the cosine similarity map of class-wise input gradients (Schwinn et al. 2021).
 *
 * @param feature name of a {@link MapFeatures} entry
 * @param sign +1 if the feature grows with distrust, -1 if it falls. Fixed beforehand from what the paper's figure shows for
 *     correct predictions (predicted row strongly negative, the rest uniformly positive), never from the data at hand
 */
public record CosineMapScore(String name, String question, String feature, int sign) implements Score {
    @Override
    public Source source() {
        return Source.INPUT_GRADIENTS;
    }

    @Override
    public @Nullable String refusal(Network network, int classes) {
        return classes < 3
                ? "with " + classes + " classes the map is the same for every input ([[1, -1], [-1, 1]])"
                : null;
    }

    @Override
    public double[] score(Evidence evidence) {
        CosineSimilarityMaps.Maps maps = evidence.maps();
        int column = MapFeatures.names().indexOf(feature);
        double[] out = new double[evidence.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = maps.status().get(i).isOk()
                    ? sign * MapFeatures.summary(maps.maps()[i], maps.predictedIndex(i))[column]
                    : Double.NaN;
        }
        return out;
    }
}

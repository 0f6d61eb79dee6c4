package dev.qualm.detect.fitted;

import dev.qualm.detect.Evidence;
import dev.qualm.detect.Work;
import dev.qualm.gradient.ClassSelection;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.gradient.MapFeatures;
import java.util.Arrays;
import java.util.List;

/**
 * The numbers of {@link MapFeatures#names()} of an item's cosine similarity map; NaN where a class's gradient is zero.
 *
 * @param top classes in the map, the most likely ones; 0 for all, or 10 if there are more than 100
 * @param sign whether only signs of gradient entries count
 * @param rescale whether logits are scaled to a largest magnitude of 10
 */
record MapNumbers(int top, boolean sign, boolean rescale) implements Quantity {
    private static final int MANY = 100;
    private static final int OF_MANY = 10;

    @Override
    public String name() {
        return "cosine similarity map, top=" + top + ", sign=" + sign + ", rescale=" + rescale;
    }

    private CosineSimilarityMaps method(int classes) {
        int k = top > 0 ? top : classes > MANY ? OF_MANY : classes;
        return CosineSimilarityMaps.defaults()
                .withSign(sign)
                .withRescale(rescale)
                .withClasses(k >= classes ? ClassSelection.all() : ClassSelection.top(k));
    }

    @Override
    public List<Work> work(int classes) {
        return List.of(Work.maps(method(classes), classes));
    }

    @Override
    public Rows read(Evidence evidence) {
        int n = evidence.size();
        int width = MapFeatures.names().size();
        double[][] values = new double[n][width];
        if (n > 0) {
            CosineSimilarityMaps.Maps maps = evidence.maps(method(evidence.logits()[0].length));
            for (int i = 0; i < n; i++) {
                if (maps.status().get(i).isOk()) {
                    values[i] = MapFeatures.summary(maps.maps()[i], maps.predictedIndex(i));
                } else {
                    Arrays.fill(values[i], Double.NaN);
                }
            }
        }
        return new Rows(values, new int[] {width});
    }
}

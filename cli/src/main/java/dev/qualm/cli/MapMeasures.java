package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.manipulation.Similarity;
import dev.qualm.metric.MapSimilarity;
import dev.qualm.metric.StructuralSimilarity;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures of how much heat maps, or images, are alike. */
final class MapMeasures {
    private MapMeasures() {}

    /** @param images whether channels are compared one by one, for images, or there are none, for maps */
    static Map<String, Similarity> of(boolean images) {
        Map<String, Similarity> all = new LinkedHashMap<>();
        List<MapSimilarity> kinds = images ? List.of(StructuralSimilarity.gaussian()) : MapSimilarity.all();
        for (MapSimilarity m : kinds) {
            all.put(m.name(), (a, b) -> {
                int width = a.dim(a.rank() - 1);
                int height = a.rank() < 2 ? 1 : a.dim(a.rank() - 2);
                int planes = a.size() / (height * width);
                double sum = 0;
                for (int c = 0; c < planes; c++) {
                    sum += m.of(plane(a, c, planes), plane(b, c, planes), height, width);
                }
                return sum / planes;
            });
        }
        if (images) {
            all.put("pcc", Similarity::pearson);
        }
        return all;
    }

    private static double[] plane(Array a, int plane, int planes) {
        int size = a.size() / planes;
        return Arrays.copyOfRange(a.toDoubles(), plane * size, (plane + 1) * size);
    }
}

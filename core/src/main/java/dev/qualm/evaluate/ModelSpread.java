package dev.qualm.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A detector on a set over several models: how much the choice of the model, or of its seed, matters.
 *
 * @param detector name of the detector
 * @param set name of the set
 * @param role what its items are
 * @param view which of them are positive
 * @param models number of models with a number
 * @param mean AUROC
 * @param deviation standard deviation between models; NaN for one
 * @param smallest AUROC
 * @param largest AUROC
 */
public record ModelSpread(
        String detector,
        String set,
        Role role,
        View view,
        int models,
        double mean,
        double deviation,
        double smallest,
        double largest) {
    private record Key(String detector, String set, Role role, View view) {}

    static List<ModelSpread> of(List<Cell> cells) {
        Map<Key, List<Double>> groups = new LinkedHashMap<>();
        for (Cell c : cells) {
            if (c.numbers() != null) {
                groups.computeIfAbsent(new Key(c.detector(), c.set(), c.role(), c.view()), k -> new ArrayList<>())
                        .add(c.auroc());
            }
        }
        List<ModelSpread> out = new ArrayList<>();
        groups.forEach((key, values) ->
                out.add(of(key, values.stream().mapToDouble(Double::doubleValue).toArray())));
        return out;
    }

    private static ModelSpread of(Key key, double[] values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return new ModelSpread(
                key.detector,
                key.set,
                key.role,
                key.view,
                values.length,
                mean,
                values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1)),
                Arrays.stream(values).min().orElse(Double.NaN),
                Arrays.stream(values).max().orElse(Double.NaN));
    }
}

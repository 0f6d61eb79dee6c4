package dev.qualm.benchmarks.stability;

import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.attack.DeepFool;
import dev.qualm.attack.Fgsm;
import dev.qualm.attack.Pgd;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What one model is evaluated on: test images, and successful attacks on test images that it gets right.
 *
 * @param inputs all of them, {@code [n, 1, 28, 28]}
 * @param labels the true class of each
 * @param tests how many of them are test images; they come first
 * @param attacks where each attack's images lie
 */
record Sets(Array inputs, int[] labels, int tests, Map<String, int[]> attacks) {
    private static final float EPSILON = 0.1f;

    static Sets of(Network network, Array test, int[] labels, int each) {
        int[] predicted = predictions(network, test);
        int[] right = IntStream.range(0, labels.length)
                .filter(i -> predicted[i] == labels[i])
                .limit(each)
                .toArray();
        Array x = test.select(right);
        int[] y = IntStream.of(right).map(i -> labels[i]).toArray();
        Box box = Box.of(0, 1);
        Map<String, Array> made = new LinkedHashMap<>();
        made.put("FGSM", Fgsm.of(EPSILON, 0, 1).perturb(network, x, y));
        made.put(
                "PGD",
                Pgd.linf(EPSILON, EPSILON / 4, 10, box).attack(network, x, y).inputs());
        made.put("DeepFool", DeepFool.of(box).attack(network, x, y).inputs());
        List<Array> all = new ArrayList<>(List.of(test));
        List<Integer> truth = new ArrayList<>(IntStream.of(labels).boxed().toList());
        Map<String, int[]> places = new LinkedHashMap<>();
        made.forEach((name, batch) -> {
            int[] found = predictions(network, batch);
            int[] fooled =
                    IntStream.range(0, y.length).filter(i -> found[i] != y[i]).toArray();
            int from = truth.size();
            all.add(batch.select(fooled));
            IntStream.of(fooled).forEach(i -> truth.add(y[i]));
            places.put(name, IntStream.range(from, truth.size()).toArray());
        });
        return new Sets(
                Array.concat(all), truth.stream().mapToInt(Integer::intValue).toArray(), labels.length, places);
    }

    static int[] predictions(Network network, Array batch) {
        Array logits = network.logits(batch);
        int k = logits.dim(1);
        return IntStream.range(0, logits.dim(0))
                .map(i -> IntStream.range(0, k)
                        .reduce((a, b) -> logits.get(i * k + b) > logits.get(i * k + a) ? b : a)
                        .orElseThrow())
                .toArray();
    }
}

package dev.qualm.evaluate;

import dev.qualm.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Scores without a model. */
final class Given {
    private Given() {}

    static ScoredModel model(String name, List<String> detectors, ScoredSet id, ScoredSet... sets) {
        List<DetectorCost> costs = new ArrayList<>();
        for (String d : detectors) {
            costs.add(new DetectorCost(d, "?", 1, 1, Evaluator.FLOOR.contains(d)));
        }
        return new ScoredModel(
                name, "hash", costs, id, List.of(sets), Map.of(), List.of(), Provenance.of("given scores"));
    }

    static long[] contents(int n, long seed) {
        return new Random(seed).longs(n).toArray();
    }

    /** Items that are all predicted as class 0, rightly unless marked. */
    static ScoredSet id(double[][] values, boolean... wrong) {
        int n = wrong.length;
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = wrong[i] ? 1 : 0;
        }
        return ScoredSet.of("ordinary items", Role.ID, new int[n], labels, values, contents(n, 1));
    }

    static ScoredSet set(String name, Role role, double[][] values) {
        int n = values[0].length;
        return ScoredSet.of(name, role, new int[n], null, values, contents(n, name.hashCode()));
    }

    static ScoredSet attacked(String name, double[][] values, int... source) {
        int n = source.length;
        int[] predicted = new int[n];
        java.util.Arrays.fill(predicted, 1);
        AttackOutcome outcome = new AttackOutcome(
                n,
                n,
                0,
                new AttackOutcome.Size(1, 1),
                new AttackOutcome.Size(1, 1),
                new AttackOutcome.Size(1, 1),
                n,
                Provenance.of("attack"));
        long[] ordinary = contents(1000, 1);
        long[] contents =
                java.util.Arrays.stream(source).mapToLong(i -> ordinary[i]).toArray();
        return new ScoredSet(
                name, Role.ADVERSARIAL, predicted, new int[n], values, contents, source, 0, outcome, "an attack");
    }

    static double[] normal(int n, double mean, long seed) {
        Random random = new Random(seed);
        return random.doubles(n).map(u -> mean + random.nextGaussian()).toArray();
    }
}

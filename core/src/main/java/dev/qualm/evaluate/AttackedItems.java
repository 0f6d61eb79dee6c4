package dev.qualm.evaluate;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.attack.Adversarial;
import dev.qualm.attack.Attack;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.network.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Attacks ordinary items that are predicted rightly, and scores those that it broke, part by part.
 *
 * @param run computes the scores
 * @param costs takes their time
 * @param id ordinary items
 * @param ordinary which of them can be read
 * @param scoredId their scores
 */
record AttackedItems(Scorer run, Costs costs, Dataset id, Contents ordinary, ScoredSet scoredId) {
    /** Items attacked together by one thread. */
    private static final int PART = 64;

    /** The items that an attack broke. */
    ScoredSet of(EvaluationSet set, EvaluationProgress progress) {
        Attack attack = Objects.requireNonNull(set.attack());
        int[] right = scoredId.right();
        int[] labels = Objects.requireNonNull(scoredId.labels());
        AttackOutcome.Sums sums = new AttackOutcome.Sums();
        Columns columns = new Columns(run.scores().size());
        Provenance made = attack.provenance();
        int group = PART * run.threads();
        try (Workers workers = Workers.of(run.threads())) {
            for (int from = 0; from < right.length; from += group) {
                int[] some = Arrays.copyOfRange(right, from, Math.min(right.length, from + group));
                int[] truth = IntStream.of(some).map(i -> labels[i]).toArray();
                Batch batch = id.read(
                        IntStream.of(some).map(i -> ordinary.readable()[i]).toArray());
                List<Adversarial> parts = workers.map((some.length + PART - 1) / PART, p -> {
                    int to = Math.min(some.length, (p + 1) * PART);
                    return attack.attack(
                            run.network(), batch.inputs().slice(p * PART, to), Arrays.copyOfRange(truth, p * PART, to));
                });
                parts.forEach(sums::add);
                keepBroken(parts, some, truth, sums, columns);
                progress.at(set.name(), Math.min(right.length, from + group), right.length);
            }
        }
        return columns.set(set.name(), labels, scoredId.contents(), sums.outcome(made), attack.summary());
    }

    /** Items count as broken if the scoring run itself, whose batches are others, predicts them wrongly. */
    private void keepBroken(
            List<Adversarial> parts, int[] items, int[] truth, AttackOutcome.Sums sums, Columns columns) {
        List<Array> inputs = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int p = 0; p < parts.size(); p++) {
            boolean[] success = parts.get(p).success();
            int[] won =
                    IntStream.range(0, success.length).filter(i -> success[i]).toArray();
            if (won.length > 0) {
                inputs.add(parts.get(p).inputs().select(won));
                for (int i : won) {
                    places.add(p * PART + i);
                }
            }
        }
        if (inputs.isEmpty()) {
            return;
        }
        ScoreTable table = run.score(Dataset.of(Array.concat(inputs), Layout.NCHW, null));
        costs.add(table);
        for (int i = 0; i < places.size(); i++) {
            int place = places.get(i);
            int predicted = table.predictions()[i];
            if (predicted >= 0 && predicted != truth[place]) {
                sums.broken(parts.get(place / PART).norms().get(place % PART));
                columns.add(table, i, items[place]);
            }
        }
    }

    /** Scores of attacked items under construction. */
    private static final class Columns {
        private final double[][] values;
        private int[] predictions = new int[PART];
        private int[] source = new int[PART];
        private int n;

        Columns(int scores) {
            values = new double[scores][PART];
        }

        void add(ScoreTable table, int row, int from) {
            if (n == source.length) {
                predictions = Arrays.copyOf(predictions, 2 * n);
                source = Arrays.copyOf(source, 2 * n);
                for (int s = 0; s < values.length; s++) {
                    values[s] = Arrays.copyOf(values[s], 2 * n);
                }
            }
            predictions[n] = table.predictions()[row];
            source[n] = from;
            for (int s = 0; s < values.length; s++) {
                values[s][n] = table.values()[s][row];
            }
            n++;
        }

        ScoredSet set(String name, int[] labels, long[] contents, AttackOutcome outcome, String origin) {
            int[] from = Arrays.copyOf(source, n);
            return new ScoredSet(
                    name,
                    Role.ADVERSARIAL,
                    Arrays.copyOf(predictions, n),
                    IntStream.of(from).map(i -> labels[i]).toArray(),
                    Arrays.stream(values).map(v -> Arrays.copyOf(v, n)).toArray(double[][]::new),
                    // Attacked items are told by what they were made from.
                    IntStream.of(from).mapToLong(i -> contents[i]).toArray(),
                    from,
                    0,
                    outcome,
                    origin);
        }
    }
}

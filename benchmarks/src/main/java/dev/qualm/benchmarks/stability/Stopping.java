package dev.qualm.benchmarks.stability;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.LcrCurtailment;
import dev.qualm.mutation.LcrThreshold;
import dev.qualm.mutation.Mutant;
import dev.qualm.mutation.SequentialTest;
import dev.qualm.mutation.StoppingRule;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Forward passes that early decisions save on a mix of nine ordinary inputs and one attacked. Prints Markdown.
 *
 * <p>Arguments: the folder with Fashion-MNIST's four idx files; test images (4,000 if left out).
 */
public final class Stopping {
    private Stopping() {}

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments.length > 0 ? arguments[0] : StabilityTable.FOLDER);
        int tests = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 4000;
        FashionSplits splits = StabilityTable.splits(folder, tests);
        try (Workers workers = Workers.ofAllProcessors();
                ModelRun model = StabilityTable.model(splits, 1, workers)) {
            model.pool(ModelRun.COMBINED);
            print(model, splits.threshold(), workers);
        }
    }

    private static void print(ModelRun model, Dataset clean, Workers workers) {
        Network network = model.network();
        List<Mutant> mutants = java.util.Objects.requireNonNull(model.pools().get(ModelRun.COMBINED))
                .mutants();
        LabelChangeRate all = LabelChangeRate.of(mutants);
        int[] attacked = java.util.Objects.requireNonNull(model.sets().attacks().get("FGSM"));
        int[] items = IntStream.concat(
                        IntStream.range(
                                0, Math.min(9 * attacked.length, model.sets().tests())),
                        IntStream.of(attacked))
                .toArray();
        Array mix = model.sets().inputs().select(items);
        LabelChangeRate.Result full = run(all, network, mix, workers);
        double[] ordinary = correctRates(all, network, clean, workers);
        System.out.printf(
                Locale.ROOT,
                "%nMix of %d ordinary inputs and %d attacked by FGSM, %d mutants.%n%n"
                        + "| threshold | rule | mutants an input | runs an input | fewer | ms | fewer | same verdict"
                        + " | doubted of ordinary | of attacked |%n|---|---|---|---|---|---|---|---|---|---|%n",
                items.length - attacked.length,
                attacked.length,
                mutants.size());
        for (LcrThreshold threshold : List.of(
                LcrThreshold.nMutant(ordinary),
                LcrThreshold.conformal(ordinary, 0.1),
                LcrThreshold.conformal(ordinary, 0.05))) {
            rows(threshold, all, full, items.length - attacked.length, network, mix, workers);
        }
    }

    private static void rows(
            LcrThreshold threshold,
            LabelChangeRate all,
            LabelChangeRate.Result full,
            int ordinary,
            Network network,
            Array mix,
            Workers workers) {
        int m = all.mutants().size();
        double h = threshold.value();
        Map<String, StoppingRule> rules = new LinkedHashMap<>();
        rules.put("all", new StoppingRule.AllMutants(m));
        rules.put("curtailment", new LcrCurtailment(m, h));
        for (double share : new double[] {0.5, 0.25, 0.1}) {
            rules.put(
                    "SPRT, delta " + share + " h",
                    SequentialTest.of(h)
                            .withDelta(share * h)
                            .withCap(m)
                            .withUndecided(SequentialTest.Undecided.OBSERVED_RATE));
        }
        double allRuns = 0;
        double allNanos = 0;
        for (Map.Entry<String, StoppingRule> rule : rules.entrySet()) {
            LabelChangeRate rate = all.until(rule.getValue());
            long start = System.nanoTime();
            LabelChangeRate.Result found = run(rate, network, mix, workers);
            double nanos = System.nanoTime() - start;
            allRuns = rule.getKey().equals("all") ? found.runs() : allRuns;
            allNanos = rule.getKey().equals("all") ? nanos : allNanos;
            int n = found.mutants().length;
            int same = 0;
            int[] doubted = new int[2];
            for (int i = 0; i < n; i++) {
                boolean above = rule.getKey().equals("all")
                        ? found.rates()[i] > h
                        : found.decisions().get(i) == StoppingRule.Decision.ABOVE
                                || found.decisions().get(i) == StoppingRule.Decision.UNDECIDED && found.rates()[i] > h;
                doubted[i < ordinary ? 0 : 1] += above ? 1 : 0;
                same += above == full.rates()[i] > h ? 1 : 0;
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %s %.3f | %s | %.1f | %.1f | %.2f | %.0f | %.2f | %.2f %% | %.1f %% | %.1f %% |%n",
                    threshold.rule(),
                    h,
                    rule.getKey(),
                    IntStream.of(found.mutants()).average().orElse(0),
                    found.passes(),
                    allRuns / found.runs(),
                    nanos / 1e6,
                    allNanos / nanos,
                    100.0 * same / n,
                    100.0 * doubted[0] / ordinary,
                    100.0 * doubted[1] / (n - ordinary));
        }
    }

    private static double[] correctRates(LabelChangeRate all, Network network, Dataset clean, Workers workers) {
        Array x = clean.all();
        LabelChangeRate.Result found = run(all, network, x, workers);
        int[] labels = clean.labels();
        return IntStream.range(0, labels.length)
                .filter(i -> found.predictions()[i] == labels[i])
                .mapToDouble(i -> found.rates()[i])
                .toArray();
    }

    private static LabelChangeRate.Result run(LabelChangeRate rate, Network network, Array x, Workers workers) {
        return rate.on(network, Map.of(network.input().name(), x), workers, done -> {});
    }
}

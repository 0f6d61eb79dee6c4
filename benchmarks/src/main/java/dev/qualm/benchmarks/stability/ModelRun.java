package dev.qualm.benchmarks.stability;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.detect.wrong.Discipline;
import dev.qualm.detect.wrong.FittedDetector;
import dev.qualm.detect.wrong.Labelled;
import dev.qualm.detect.wrong.LinearDiscriminant;
import dev.qualm.detect.wrong.SampleReader;
import dev.qualm.detect.wrong.Samples;
import dev.qualm.detect.wrong.WrongPredictionDetector;
import dev.qualm.metric.Auroc;
import dev.qualm.metric.Ranking;
import dev.qualm.metric.RiskCoverage;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.MutantPool;
import dev.qualm.mutation.MutantSearch;
import dev.qualm.mutation.Mutation;
import dev.qualm.mutation.Mutations;
import dev.qualm.mutation.SearchProgress;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.training.ItemHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** All scores of one trained model. Close it. */
final class ModelRun implements AutoCloseable {
    /** Operator and rate of the pools; at these rates pools fill without thousands of rejected candidates. */
    static final Map<String, Double> OPERATORS = operators();

    static final int[] COUNTS = {10, 20, 40, 60, 100};

    /** The operator whose rate goes into the combined detector. */
    static final String COMBINED = "neuron-activation-inverse";

    /**
     * One score on one model.
     *
     * @param auroc by set; wrong test predictions under {@code wrong}
     * @param passes forward passes an item
     * @param forwards measured time in forward passes
     */
    record Row(Map<String, Double> auroc, double aurc, double riskAt80, double passes, double forwards) {}

    private final Network network;
    private final FashionSplits splits;
    private final Sets sets;
    private final Workers workers;
    private final Consumer<String> say;
    private final Map<String, MutantPool> pools = new LinkedHashMap<>();
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final double forwardNanos;

    ModelRun(Network network, FashionSplits splits, int attacked, Workers workers, Consumer<String> say) {
        this.network = network;
        this.splits = splits;
        this.sets = Sets.of(network, splits.test().all(), splits.test().labels(), attacked);
        this.workers = workers;
        this.say = say;
        this.forwardNanos = timed(() -> network.logits(feeds(sets.inputs()), workers));
    }

    private static Map<String, Double> operators() {
        Map<String, Double> rates = new LinkedHashMap<>();
        rates.put("neuron-activation-inverse", 0.03);
        rates.put("neuron-activation-inverse-exact", 0.03);
        rates.put("gaussian-fuzz", 0.03);
        rates.put("gaussian-fuzz-nmutant", 0.01);
        rates.put("weight-shuffle", 0.03);
        rates.put("neuron-switch", 0.03);
        rates.put("neuron-effect-block", 0.03);
        return rates;
    }

    Map<String, Row> rows() {
        return rows;
    }

    Map<String, MutantPool> pools() {
        return pools;
    }

    /** The model's accuracy, the attacks' successes, and how the pools were filled. */
    List<String> describe() {
        int[] predicted = Sets.predictions(network, sets.inputs());
        long right = IntStream.range(0, sets.tests())
                .filter(i -> predicted[i] == sets.labels()[i])
                .count();
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(Locale.ROOT, "%nTest accuracy %.4f of %d.", (double) right / sets.tests(), sets.tests()));
        sets.attacks().forEach((name, places) -> lines.add(name + " succeeds on " + places.length + "."));
        pools.forEach((name, pool) -> lines.add(name + ": " + pool));
        return lines;
    }

    Network network() {
        return network;
    }

    Sets sets() {
        return sets;
    }

    void run() {
        try (SampleReader reader = SampleReader.of(network)) {
            Samples samples = reader.read(sets.inputs());
            rows.put("msp", row(samples.msp(), 1, 1));
            rows.put("margin", row(samples.margin(), 1, 1));
            double[] combined = new double[0];
            double combinedForwards = 0;
            for (String name : OPERATORS.keySet()) {
                MutantPool pool = pool(name);
                int[] changes = new int[sets.labels().length];
                int asked = 0;
                double nanos = 0;
                for (int count : COUNTS) {
                    LabelChangeRate rate = LabelChangeRate.of(pool.mutants().subList(asked, count));
                    long start = System.nanoTime();
                    int[] more = rate.on(network, feeds(sets.inputs()), workers, done -> {})
                            .changes();
                    nanos += System.nanoTime() - start;
                    for (int i = 0; i < changes.length; i++) {
                        changes[i] += more[i];
                    }
                    asked = count;
                    double[] rates = rates(changes, count);
                    rows.put("lcr " + name + ", " + count, row(rates, count + 1, nanos / forwardNanos));
                    combined = name.equals(COMBINED) ? rates : combined;
                    combinedForwards = name.equals(COMBINED) ? nanos / forwardNanos : combinedForwards;
                }
                say.accept("  " + name + " done");
            }
            detectors(reader, samples, combined, combinedForwards);
        }
    }

    private void detectors(SampleReader reader, Samples samples, double[] combined, double combinedForwards) {
        MutantPool pool = java.util.Objects.requireNonNull(pools.get(COMBINED));
        Labelled fit = labelled(reader, splits.fit(), pool);
        Labelled threshold = labelled(reader, splits.threshold(), pool);
        Samples all = samples.withLabelChangeRate(combined, pool.size(), pool.provenance());
        Discipline discipline =
                Discipline.heldOutFrom(ItemHash.each(splits.classifier().all()));
        Map<String, WrongPredictionDetector> detectors = new LinkedHashMap<>();
        detectors.put("conductance", WrongPredictionDetector.of("conductance"));
        detectors.put("conductance, LDA", lda("conductance"));
        detectors.put("conductance+lcr", WrongPredictionDetector.of("conductance+lcr"));
        detectors.put("conductance+lcr, as published", WrongPredictionDetector.reference("conductance+lcr"));
        detectors.put("conductance+lcr, LDA", lda("conductance+lcr"));
        detectors.put("conductance+lcr+margin", WrongPredictionDetector.of("conductance+lcr+margin"));
        double reading = timed(() -> reader.read(sets.inputs())) / forwardNanos;
        detectors.forEach((name, detector) -> {
            FittedDetector fitted = detector.fit(fit, threshold, discipline);
            boolean mutants = name.contains("lcr");
            double passes = all.passes() + (mutants ? 0 : -pool.size());
            rows.put(name, row(fitted.score(all), passes, reading + (mutants ? combinedForwards : 0)));
        });
    }

    private static WrongPredictionDetector lda(String features) {
        return WrongPredictionDetector.of(features).withModels(LinearDiscriminant.DEFAULT, LinearDiscriminant.DEFAULT);
    }

    private Labelled labelled(SampleReader reader, Dataset data, MutantPool pool) {
        Array x = data.all();
        double[] rates = LabelChangeRate.of(pool.mutants())
                .on(network, feeds(x), workers, done -> {})
                .rates();
        Samples samples = reader.read(x).withLabelChangeRate(rates, pool.size(), pool.provenance());
        return new Labelled(samples, data.labels());
    }

    MutantPool pool(String operator) {
        double rate = java.util.Objects.requireNonNull(OPERATORS.get(operator));
        Mutation mutation = Mutations.of(operator);
        MutantSearch search = MutantSearch.of(
                        mutation.with(mutation.selection().withRate(rate)), COUNTS[COUNTS.length - 1])
                .withSeed(1);
        MutantPool found = search.run(network, splits.acceptance(), workers, SearchProgress.NONE);
        pools.put(operator, found);
        return found;
    }

    private Row row(double[] scores, double passes, double forwards) {
        int[] predicted = Sets.predictions(network, sets.inputs());
        boolean[] wrong = new boolean[sets.tests()];
        for (int i = 0; i < wrong.length; i++) {
            wrong[i] = predicted[i] != sets.labels()[i];
        }
        double[] tests = Arrays.copyOf(scores, sets.tests());
        Map<String, Double> auroc = new LinkedHashMap<>();
        auroc.put("wrong", Auroc.of(Ranking.of(tests, wrong)).value());
        double[] right = IntStream.range(0, wrong.length)
                .filter(i -> !wrong[i])
                .mapToDouble(i -> tests[i])
                .toArray();
        sets.attacks().forEach((name, places) -> {
            double[] attacked = IntStream.of(places).mapToDouble(i -> scores[i]).toArray();
            auroc.put(name, Auroc.of(right, attacked).value());
        });
        RiskCoverage risk = RiskCoverage.of(tests, wrong);
        return new Row(auroc, risk.aurc(), risk.riskAtCoverage(0.8), passes, forwards);
    }

    private static double[] rates(int[] changes, int count) {
        return Arrays.stream(changes).mapToDouble(c -> (double) c / count).toArray();
    }

    private static double timed(Runnable work) {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            work.run();
            times.add(System.nanoTime() - start);
        }
        times.sort(null);
        return times.get(times.size() / 2);
    }

    private Map<String, Array> feeds(Array x) {
        return Map.of(network.input().name(), x);
    }

    @Override
    public void close() {
        network.close();
    }
}

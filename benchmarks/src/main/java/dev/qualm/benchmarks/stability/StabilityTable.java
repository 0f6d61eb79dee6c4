package dev.qualm.benchmarks.stability;

import dev.qualm.benchmarks.stability.ModelRun.Row;
import dev.qualm.data.Dataset;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.training.Architectures;
import dev.qualm.training.Trainer;
import dev.qualm.training.TrainingOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Label change rates and conductance beside the maximum softmax probability, on classifiers of Fashion-MNIST trained here. Prints Markdown.
 *
 * <p>Arguments: the folder with Fashion-MNIST's four idx files; models (3 if left out); test images (4,000 if left out).
 */
public final class StabilityTable {
    static final String FOLDER = "/usr/share/datasets/fashion-mnist";

    private static final int TRAIN = 20_000;
    private static final int ACCEPTANCE = 1000;
    private static final int FIT = 4000;
    private static final int THRESHOLD = 1500;
    private static final int ATTACKED = 600;

    private StabilityTable() {}

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments.length > 0 ? arguments[0] : FOLDER);
        int models = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        int tests = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 4000;
        FashionSplits splits = splits(folder, tests);
        List<Map<String, Row>> found = new ArrayList<>();
        try (Workers workers = Workers.ofAllProcessors()) {
            for (int seed = 1; seed <= models; seed++) {
                try (ModelRun model = model(splits, seed, workers)) {
                    model.run();
                    found.add(model.rows());
                    model.describe().forEach(StabilityTable::line);
                }
            }
        }
        print(found);
    }

    static FashionSplits splits(Path folder, int tests) {
        return FashionSplits.load(folder, TRAIN, ACCEPTANCE, FIT, THRESHOLD, tests);
    }

    static ModelRun model(FashionSplits splits, int seed, Workers workers) {
        return new ModelRun(trained(splits.classifier(), seed), splits, ATTACKED, workers, StabilityTable::say);
    }

    private static Network trained(Dataset data, int seed) {
        say("Training model " + seed);
        Graph start = Architectures.smallCnn(1, 28, 28, 10, seed);
        Graph graph = Trainer.train(
                        start,
                        data.all(),
                        data.labels(),
                        TrainingOptions.DEFAULT.withEpochs(6).withSeed(seed))
                .graph();
        return Network.of(graph, Precision.FLOAT32);
    }

    private static void print(List<Map<String, Row>> models) {
        List<String> sets =
                List.copyOf(models.get(0).values().iterator().next().auroc().keySet());
        line("");
        line("| score | AUROC " + String.join(" | AUROC ", sets)
                + " | AUROC wrong, more than msp | AURC | risk at 80 % | passes | forwards measured |");
        line("|---|" + "---|".repeat(sets.size() + 5));
        for (String score : models.get(0).keySet()) {
            StringBuilder text = new StringBuilder("| " + score);
            for (String set : sets) {
                text.append(" | ").append(figure(models, score, r -> r.auroc().getOrDefault(set, Double.NaN)));
            }
            double[] more = IntStream.range(0, models.size())
                    .mapToDouble(m -> wrong(models.get(m), score) - wrong(models.get(m), "msp"))
                    .toArray();
            text.append(" | ").append(Figures.text(more));
            text.append(" | ").append(figure(models, score, Row::aurc));
            text.append(" | ").append(figure(models, score, Row::riskAt80));
            Map<String, ToDoubleFunction<Row>> costs = new LinkedHashMap<>();
            costs.put("%.0f", Row::passes);
            costs.put("%.1f", Row::forwards);
            costs.forEach((format, cost) -> text.append(" | ")
                    .append(String.format(
                            Locale.ROOT,
                            format,
                            models.stream()
                                    .mapToDouble(m -> cost.applyAsDouble(m.get(score)))
                                    .average()
                                    .orElse(0))));
            line(text + " |");
        }
    }

    private static double wrong(Map<String, Row> model, String score) {
        return java.util.Objects.requireNonNull(model.get(score)).auroc().getOrDefault("wrong", Double.NaN);
    }

    private static String figure(List<Map<String, Row>> models, String score, ToDoubleFunction<Row> value) {
        return Figures.text(models.stream()
                .mapToDouble(m -> value.applyAsDouble(m.get(score)))
                .toArray());
    }

    private static void line(String text) {
        System.out.println(text);
    }

    private static void say(String text) {
        System.err.println(text);
    }
}

package dev.qualm.benchmarks.hardening;

import dev.qualm.attack.Ball;
import dev.qualm.attack.Budget;
import dev.qualm.network.graph.Graph;
import dev.qualm.training.LayerPenalty;
import dev.qualm.training.Methods;
import dev.qualm.training.Objective;
import dev.qualm.training.Trainer;
import dev.qualm.training.TrainingOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The tables of Khalooei et al. (arXiv 2202.02626), measured again: normal and adversarial training, each with and without the layer
 * penalty, one layer at a time, with PGD and APGD beside the FGSM of the paper.
 *
 * <p>Arguments: a file that keeps what was measured (a second run goes on from it), the seeds as {@code 0,1,2}, and {@code moons} or
 * {@code images FOLDER TRAIN TEST EPOCHS EPOCHS}: idx files, numbers of images, epochs of the normal training and of each that goes on
 * from it.
 */
public final class HardeningTable {
    private HardeningTable() {}

    public static void main(String[] arguments) throws IOException {
        Path kept = Path.of(arguments[0]);
        long[] seeds = Arrays.stream(arguments[1].split(","))
                .mapToLong(Long::parseLong)
                .toArray();
        Problem problem = arguments[2].equals("moons")
                ? Problem.moons()
                : Problem.images(
                        Path.of(arguments[3]),
                        Integer.parseInt(arguments[4]),
                        Integer.parseInt(arguments[5]),
                        Integer.parseInt(arguments[6]),
                        Integer.parseInt(arguments[7]));
        Map<String, Measured> known = Measured.read(kept);
        for (long seed : seeds) {
            run(problem, seed, known, kept);
        }
        ResultTables.print(problem, Measured.read(kept).values());
    }

    /** Method and layer of everything that is measured. */
    private static List<String[]> kinds(Problem problem) {
        List<String[]> kinds = new ArrayList<>();
        for (String method : problem.methods()) {
            kinds.add(new String[] {method, ""});
            problem.activations().forEach(layer -> kinds.add(new String[] {method, layer}));
        }
        return kinds;
    }

    private static void run(Problem problem, long seed, Map<String, Measured> known, Path kept) {
        if (kinds(problem).stream().allMatch(k -> known.containsKey(Measured.key(k[0], k[1], seed)))) {
            return;
        }
        Graph start = problem.model().apply(seed);
        Graph normal = Trainer.train(
                        start,
                        problem.inputs(),
                        problem.labels(),
                        problem.standard().withSeed(seed))
                .graph();
        measure(problem, seed, "normal", "", known, kept, () -> normal);
        System.err.println(
                "seed " + seed + ": most vulnerable layers at eta 1 " + Judged.mostVulnerable(normal, problem));
        for (String[] kind : kinds(problem)) {
            measure(problem, seed, kind[0], kind[1], known, kept, () -> {
                TrainingOptions options =
                        problem.hardened().withSeed(seed).withObjective(objective(problem, kind[0], kind[1]));
                Graph from = problem.fromNormal() ? normal : start;
                return Trainer.train(from, problem.inputs(), problem.labels(), options)
                        .graph();
            });
        }
    }

    private static Objective objective(Problem problem, String method, String layer) {
        Budget budget = new Budget(Ball.LINF, problem.epsilon());
        Objective plain =
                Objective.of(Methods.of(method, budget, problem.steps(), Methods.TRADES_BETA, problem.box(), 1));
        return layer.isEmpty() ? plain : plain.withLayers(LayerPenalty.of(problem.gamma(), List.of(layer)));
    }

    private static void measure(
            Problem problem,
            long seed,
            String method,
            String layer,
            Map<String, Measured> known,
            Path kept,
            java.util.function.Supplier<Graph> training) {
        String key = Measured.key(method, layer, seed);
        if (known.containsKey(key)) {
            return;
        }
        long begin = System.nanoTime();
        Measured one = Measured.of(method, layer, seed, Judged.of(training.get(), problem));
        try {
            Files.writeString(kept, one.line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.err.printf("%s: %.0f s%n", one.line(), (System.nanoTime() - begin) * 1e-9);
    }

    /**
     * One network's figures.
     *
     * @param layer empty without a penalty
     * @param figures clean accuracy, accuracies by attack and epsilon, movements by layer
     */
    record Measured(String method, String layer, long seed, double[] figures) {
        static String key(String method, String layer, long seed) {
            return method + "|" + layer + "|" + seed;
        }

        static Measured of(String method, String layer, long seed, Judged judged) {
            List<Double> all = new ArrayList<>(List.of(judged.clean()));
            Judged.ATTACKS.forEach(a -> Arrays.stream(judged.robust().get(a)).forEach(all::add));
            Arrays.stream(judged.movement()).forEach(all::add);
            return new Measured(
                    method, layer, seed, all.stream().mapToDouble(x -> x).toArray());
        }

        String line() {
            return key(method, layer, seed) + "|"
                    + Arrays.stream(figures).mapToObj(Double::toString).collect(Collectors.joining(","));
        }

        static Map<String, Measured> read(Path file) throws IOException {
            Map<String, Measured> out = new LinkedHashMap<>();
            for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                String[] parts = line.split("\\|");
                double[] figures = Arrays.stream(parts[3].split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray();
                Measured one = new Measured(parts[0], parts[1], Long.parseLong(parts[2]), figures);
                out.put(key(one.method, one.layer, one.seed), one);
            }
            return out;
        }

        /** Accuracy in percent under an attack, clean at epsilon number -1. */
        double accuracy(int attack, int epsilon, int epsilons) {
            return 100 * (epsilon < 0 ? figures[0] : figures[1 + attack * epsilons + epsilon]);
        }

        /** Sum of the accuracies under an attack over all epsilons, clean included. */
        double sum(int attack, int epsilons) {
            return IntStream.range(-1, epsilons)
                    .mapToDouble(e -> accuracy(attack, e, epsilons))
                    .sum();
        }

        double movement(int layer, int epsilons) {
            return figures[1 + Judged.ATTACKS.size() * epsilons + layer];
        }
    }
}

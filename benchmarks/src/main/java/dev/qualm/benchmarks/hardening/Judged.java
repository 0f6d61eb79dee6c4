package dev.qualm.benchmarks.hardening;

import dev.qualm.attack.Apgd;
import dev.qualm.attack.Attack;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Fgsm;
import dev.qualm.attack.Pgd;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.sustainability.LayerMovement;
import dev.qualm.sustainability.LayerSustainability;
import dev.qualm.sustainability.Measure;
import dev.qualm.sustainability.Perturbation;
import dev.qualm.sustainability.SustainabilityResult;
import dev.qualm.sustainability.Taps;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a network does on test items.
 *
 * @param clean share answered right
 * @param robust share answered right under each attack, by epsilon
 * @param movement mean relative error at each activation under PGD at the epsilon of training
 */
record Judged(double clean, Map<String, double[]> robust, double[] movement) {
    /** Names of the attacks, weakest first. */
    static final List<String> ATTACKS = List.of("fgsm", "pgd", "apgd");

    static Judged of(Graph graph, Problem problem) {
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            int n = problem.testLabels().length;
            int right = 0;
            var logits = network.logits(problem.testInputs());
            for (int i = 0; i < n; i++) {
                right += best(logits.toDoubles(), i, logits.dim(1)) == problem.testLabels()[i] ? 1 : 0;
            }
            Map<String, double[]> robust = new LinkedHashMap<>();
            for (String name : ATTACKS) {
                double[] accuracy = new double[problem.tested().length];
                for (int e = 0; e < accuracy.length; e++) {
                    accuracy[e] = 1
                            - attack(name, problem.tested()[e], problem)
                                    .attack(network, problem.testInputs(), problem.testLabels())
                                    .successRate();
                }
                robust.put(name, accuracy);
            }
            return new Judged((double) right / n, robust, movement(network, problem));
        }
    }

    private static int best(double[] logits, int i, int classes) {
        int best = 0;
        for (int k = 1; k < classes; k++) {
            best = logits[i * classes + k] > logits[i * classes + best] ? k : best;
        }
        return best;
    }

    private static Attack attack(String name, double epsilon, Problem problem) {
        return switch (name) {
            case "fgsm" -> new Fgsm(Ball.LINF, epsilon, problem.box());
            case "pgd" ->
                Pgd.linf(epsilon, epsilon / 10, problem.judgeSteps(), problem.box())
                        .withRandomStart(1);
            default ->
                Apgd.of(Apgd.Loss.CROSS_ENTROPY, Ball.LINF, epsilon, problem.box(), 1)
                        .withSteps(problem.judgeSteps());
        };
    }

    static double[] movement(Network network, Problem problem) {
        return under(network, problem, attack("pgd", problem.epsilon(), problem)).stream()
                .mapToDouble(LayerMovement::value)
                .toArray();
    }

    /** Layers that move by more than a standard deviation above the mean under PGD at the epsilon of training. */
    static List<String> mostVulnerable(Graph graph, Problem problem) {
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            return result(network, problem, attack("pgd", problem.epsilon(), problem))
                    .mostVulnerable("attacked", 1)
                    .layers()
                    .stream()
                    .map(layer -> layer.tap().name())
                    .toList();
        }
    }

    private static List<LayerMovement> under(Network network, Problem problem, Attack attack) {
        return result(network, problem, attack).of("attacked", Measure.RELATIVE_ERROR);
    }

    private static SustainabilityResult result(Network network, Problem problem, Attack attack) {
        var moved = attack.attack(network, problem.testInputs(), problem.testLabels())
                .inputs();
        return LayerSustainability.of(network, Taps.named(problem.activations().toArray(String[]::new)))
                .analyse(problem.testInputs(), problem.testLabels(), List.of(Perturbation.given("attacked", moved)));
    }
}

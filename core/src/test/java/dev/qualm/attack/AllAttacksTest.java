package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every attack in the registry, on small networks. */
class AllAttacksTest {
    private static final double EPSILON = 0.15;

    private record Subject(String attack, String network) {
        @Override
        public String toString() {
            return attack + " on " + network;
        }
    }

    static Stream<Subject> subjects() {
        List<String> specs = Stream.concat(
                        Attacks.all().stream()
                                .flatMap(e -> e.balls().stream().map(b -> e.name() + ":" + radius(b) + ":" + b.text())),
                        Attacks.all().stream().filter(Attacks.Entry::nearest).map(Attacks.Entry::name))
                .toList();
        return specs.stream()
                .flatMap(s -> Stream.of("conv", "linear", "softmax").map(n -> new Subject(s, n)));
    }

    private static double radius(Ball ball) {
        return switch (ball) {
            case LINF -> EPSILON;
            case L2 -> 4 * EPSILON;
            case L1 -> 20 * EPSILON;
        };
    }

    private static Graph graph(String name) {
        return switch (name) {
            case "conv" ->
                NetworkBuilder.input("x", 2, 5, 5)
                        .seed(3)
                        .conv("c", 4, 3, 1, 1)
                        .relu("r")
                        .flatten("f")
                        .linear("fc", 4)
                        .build();
            case "linear" ->
                NetworkBuilder.input("x", 7).seed(4).linear("fc", 10).build();
            case "softmax" ->
                NetworkBuilder.input("x", 2, 4, 4)
                        .seed(5)
                        .conv("c", 3, 3, 1, 0)
                        .relu("r")
                        .flatten("f")
                        .linear("fc", 3)
                        .softmax("p")
                        .build();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Array inputs(Graph graph, int n) {
        long[] declared = graph.inputs().get(0).shape().stream()
                .skip(1)
                .mapToLong(d -> Long.parseLong(d.toString()))
                .toArray();
        int[] shape = IntStream.concat(IntStream.of(n), Arrays.stream(declared).mapToInt(Math::toIntExact))
                .toArray();
        Random random = new Random(6);
        double[] x = new double[Array.size(shape)];
        for (int j = 0; j < x.length; j++) {
            // As float32 holds them, some on the edge of the box.
            x[j] = random.nextInt(6) == 0 ? random.nextInt(2) : random.nextFloat();
        }
        return Array.of(x, shape);
    }

    private static int[] predictions(Network network, Array x) {
        Logits z = Logits.of(network, x);
        return IntStream.range(0, x.dim(0)).map(z::predicted).toArray();
    }

    private static boolean needsFourClasses(Subject s) {
        return s.attack().startsWith("apgd-t:") && s.network().equals("softmax");
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void perturb_forTraining_staysInBallAndBox(Subject subject) {
        if (needsFourClasses(subject)) {
            return;
        }
        Graph graph = graph(subject.network());
        Array x = inputs(graph, 4);
        double[] original = x.toDoubles().clone();
        Attack attack = Attacks.parse(subject.attack(), Box.of(0, 1), 7);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            int[] labels = predictions(network, x);
            double[] moved = attack.perturb(network, x, labels).toDoubles();
            assertThat(attack.perturb(network, x, labels).toDoubles()).containsExactly(moved);
            assertThat(moved).isNotEqualTo(original);
            assertThat(Arrays.stream(moved).allMatch(v -> v >= 0 && v <= 1)).isTrue();
            assertThat(x.toDoubles()).containsExactly(original);
            attack.budget().ifPresent(budget -> {
                for (int i = 0; i < 4; i++) {
                    Box unit = Box.of(0, 1).spread(x);
                    assertThat(budget.ball().of(Norms.of(original, moved, i, unit)))
                            .isLessThanOrEqualTo(budget.epsilon() * (1 + 1e-9));
                }
            });
            Attack other = attack.withSeed(8);
            assertThat(other.name()).isEqualTo(attack.name());
            assertThat(attack.withSeed(7)).isEqualTo(attack);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void attack_smallNetwork_keepsTheContract(Subject subject) {
        Graph graph = graph(subject.network());
        Array x = inputs(graph, 6);
        Attack attack = Attacks.parse(subject.attack(), Box.of(0, 1), 7);
        for (Precision precision : Precision.values()) {
            try (Network network = Network.of(graph, precision)) {
                int[] labels = predictions(network, x);
                labels[5] = (labels[5] + 1) % (subject.network().equals("softmax") ? 3 : 4);
                Array given = Array.of(x.toDoubles().clone(), x.shape());
                int[] givenLabels = labels.clone();
                if (needsFourClasses(subject)) {
                    assertThatThrownBy(() -> attack.attack(network, x, labels))
                            .isInstanceOf(QualmException.class)
                            .hasMessageContaining("at least 4 classes");
                    return;
                }
                Adversarial found = attack.attack(network, x, labels);
                assertThat(x).isEqualTo(given);
                assertThat(labels).isEqualTo(givenLabels);
                checkPlaceAndAnswers(attack, network, x, labels, found);
                assertThat(found.success()[5])
                        .as("misclassified from the start")
                        .isTrue();
                if (attack.budget().isEmpty()) {
                    assertThat(found.norms().get(5)).isEqualTo(new Norms(0, 0, 0, 0));
                }
                for (int i = 0; i < 6; i++) {
                    assertThat(found.passes()[i]).isBetween(1, (int)
                            attack.cost(Logits.of(network, x).classes(), x.size() / 6));
                }
                assertThat(attack.attack(network, x, labels).inputs()).isEqualTo(found.inputs());
                if (precision == Precision.FLOAT64) {
                    checkSingles(attack, network, x, labels, found);
                }
            }
        }
    }

    private static void checkPlaceAndAnswers(Attack attack, Network network, Array x, int[] labels, Adversarial found) {
        assertThat(found.inputs().shape()).isEqualTo(x.shape());
        int[] answers = predictions(network, found.inputs());
        for (int j = 0; j < x.size(); j++) {
            assertThat(found.inputs().get(j)).isBetween(0.0, 1.0);
        }
        Box bounds = Box.of(0, 1).spread(x);
        for (int i = 0; i < labels.length; i++) {
            assertThat(found.predicted()[i]).isEqualTo(answers[i]);
            assertThat(found.success()[i]).isEqualTo(answers[i] != labels[i]);
            Norms norms = Norms.of(x.toDoubles(), found.inputs().toDoubles(), i, bounds);
            assertThat(found.norms().get(i)).isEqualTo(norms);
            attack.budget()
                    .ifPresent(
                            b -> assertThat(b.ball().of(norms)).isLessThanOrEqualTo(b.epsilon() * (1 + 1e-6) + 1e-6));
        }
    }

    private static void checkSingles(Attack attack, Network network, Array x, int[] labels, Adversarial all) {
        for (int i : new int[] {1, 4}) {
            Adversarial one = attack.attack(network, x.slice(i, i + 1), new int[] {labels[i]});
            assertThat(one.success()[0]).isEqualTo(all.success()[i]);
            assertThat(one.passes()[0]).isEqualTo(all.passes()[i]);
            assertThat(TestNetworks.gap(one.inputs(), all.inputs().slice(i, i + 1)))
                    .as("input %d alone and in company", i)
                    .isLessThan(1e-6);
        }
    }

    static Stream<String> specs() {
        return Attacks.all().stream().map(e -> e.name() + ":0.3");
    }

    @ParameterizedTest
    @MethodSource("specs")
    void attack_nanInput_costsOnlyItself(String spec) {
        Graph graph = graph("linear");
        Array clean = inputs(graph, 4);
        double[] values = clean.toDoubles().clone();
        values[7 + 2] = Double.NaN;
        Array x = Array.of(values, 4, 7);
        Attack attack = Attacks.parse(spec, Box.of(0, 1), 7);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            int[] labels = predictions(network, clean);
            Adversarial found = attack.attack(network, x, labels);
            Adversarial without =
                    attack.attack(network, clean.select(0, 2, 3), new int[] {labels[0], labels[2], labels[3]});
            assertThat(found.status().get(1).kind()).isEqualTo(Status.Kind.NON_FINITE);
            assertThat(found.success()[1]).isFalse();
            assertThat(found.inputs().slice(1, 2)).isEqualTo(x.slice(1, 2));
            assertThat(TestNetworks.gap(found.inputs().select(0, 2, 3), without.inputs()))
                    .isLessThan(1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void attack_constantNetwork_failsAndWarnsIfItNeedsGradients(String spec) {
        Graph graph = graph("linear");
        Array x = inputs(graph, 3);
        Attack attack = Attacks.parse(spec, Box.of(0, 1), 7);
        Array zero = Array.of(new double[70], 10, 7);
        try (Network plain = Network.of(graph, Precision.FLOAT64);
                Network network = plain.with(Views.weights(Map.of("fc.weight", zero)))) {
            int[] labels = predictions(network, x);
            Adversarial found = attack.attack(network, x, labels);
            assertThat(found.successRate()).isZero();
            if (Attacks.entry(attack.name()).gradients()) {
                assertThat(found.status()).allMatch(s -> s.kind() == Status.Kind.ZERO_GRADIENT);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void attack_largerBudget_isNoWeaker(String spec) {
        String name = spec.substring(0, spec.indexOf(':'));
        Graph graph = graph("conv");
        Array x = inputs(graph, 12);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            int[] labels = predictions(network, x);
            double last = 0;
            double scale = Attacks.entry(name).nearest() ? 4 : 1;
            for (double epsilon : new double[] {0.01, 0.05, 0.2, 0.6}) {
                double rate = Attacks.of(name, null, scale * epsilon, Box.of(0, 1), 7)
                        .attack(network, x, labels)
                        .successRate();
                assertThat(rate).isGreaterThanOrEqualTo(last);
                last = rate;
            }
            assertThat(last).as("share that falls").isGreaterThanOrEqualTo(0.4);
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void attack_emptyBatch_givesNothing(String spec) {
        Graph graph = graph("linear");
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            Array none = Array.of(new double[0], 0, 7);
            Attack attack = Attacks.parse(spec, Box.of(0, 1), 7);
            assertThat(attack.attack(network, none, new int[0]).n()).isZero();
            Array one = inputs(graph, 1);
            assertThatThrownBy(() -> attack.attack(network, one, new int[] {10}))
                    .isInstanceOf(ShapeException.class);
            assertThatThrownBy(() -> attack.attack(network, one, new int[2])).isInstanceOf(ShapeException.class);
        }
    }

    @Test
    void parse_text_readsNameEpsilonAndNorm() {
        Box box = Box.of(0, 1);
        assertThat(Attacks.parse("fgsm", box, 1).budget()).contains(new Budget(Ball.LINF, 8.0 / 255));
        assertThat(Attacks.parse("pgd:4/255", box, 1).budget()).contains(new Budget(Ball.LINF, 4.0 / 255));
        assertThat(Attacks.parse("pgd:1:l2", box, 1).budget()).contains(new Budget(Ball.L2, 1));
        assertThat(Attacks.parse("deepfool", box, 1).budget()).isEmpty();
        assertThat(Attacks.parse("deepfool:0.5", box, 1).budget()).contains(new Budget(Ball.L2, 0.5));
        assertThat(Attacks.parse("pgd:1:l2", box, 1).summary()).startsWith("pgd within l2 1 (method=PGD");
        assertThat(Attacks.entry("pgd").toString()).contains("Madry", "linf, l2, l1", "searches a ball");
        for (String wrong : List.of("", "pdg", "pgd:x", "pgd:0", "pgd:1:l3", "pgd:1:l2:3", "square:1:l1", "pgd:1/0")) {
            assertThatThrownBy(() -> Attacks.parse(wrong, box, 1))
                    .as(wrong)
                    .isInstanceOf(QualmException.class)
                    .hasMessageStartingWith("Expected");
        }
    }
}

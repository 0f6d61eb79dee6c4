package dev.qualm.attack;

import dev.qualm.QualmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All attacks by name, with the settings that their authors, or else common practice, recommend. */
public final class Attacks {
    private static final Map<String, Entry> ENTRIES = entries();

    /**
     * One of the attacks known by name.
     *
     * @param name kebab-case
     * @param balls norms it takes budgets in, the default first
     * @param nearest whether it looks for the nearest point; then a budget is optional, and what lies beyond it is brought back
     * @param gradients whether it needs gradients; else it asks for answers only
     * @param source author and year
     */
    public record Entry(String name, List<Ball> balls, boolean nearest, boolean gradients, String source) {
        public Entry {
            balls = List.copyOf(balls);
        }

        @Override
        public String toString() {
            return name + ": " + source + "; "
                    + String.join(", ", balls.stream().map(Ball::text).toList())
                    + (nearest ? "; looks for the nearest point" : "; searches a ball")
                    + (gradients ? "; needs gradients" : "; needs answers only");
        }
    }

    private Attacks() {}

    private static Map<String, Entry> entries() {
        List<Ball> two = List.of(Ball.LINF, Ball.L2);
        List<Ball> three = List.of(Ball.LINF, Ball.L2, Ball.L1);
        List<Ball> nearest = List.of(Ball.L2, Ball.LINF, Ball.L1);
        List<Entry> all = List.of(
                new Entry("fgsm", three, false, true, "Goodfellow et al. 2015"),
                new Entry("bim", three, false, true, "Kurakin et al. 2017"),
                new Entry("pgd", three, false, true, "Madry et al. 2018"),
                new Entry("mi-fgsm", two, false, true, "Dong et al. 2018"),
                new Entry("apgd-ce", three, false, true, "Croce, Hein 2020; l1: 2021"),
                new Entry("apgd-dlr", three, false, true, "Croce, Hein 2020; l1: 2021"),
                new Entry("apgd-t", three, false, true, "Croce, Hein 2020; l1: 2021"),
                new Entry("deepfool", nearest, true, true, "Moosavi-Dezfooli et al. 2016"),
                new Entry("carlini-wagner", nearest, true, true, "Carlini, Wagner 2017"),
                new Entry("jsma", nearest, true, true, "Papernot et al. 2016"),
                new Entry("square", two, false, false, "Andriushchenko et al. 2020"),
                new Entry("hopskipjump", List.of(Ball.L2, Ball.LINF), true, false, "Chen et al. 2020"),
                new Entry("autoattack", two, false, true, "Croce, Hein 2020"));
        Map<String, Entry> map = new LinkedHashMap<>();
        all.forEach(e -> map.put(e.name(), e));
        return map;
    }

    /** All names. */
    public static List<String> names() {
        return List.copyOf(ENTRIES.keySet());
    }

    /** All attacks. */
    public static List<Entry> all() {
        return List.copyOf(ENTRIES.values());
    }

    /**
     * What is known about an attack.
     *
     * @throws QualmException naming all, if there is none of that name
     */
    public static Entry entry(String name) {
        Entry entry = ENTRIES.get(name);
        if (entry == null) {
            throw new QualmException("Expected an attack among " + names() + ", but found '" + name + "'");
        }
        return entry;
    }

    /** The budget commonly stated for images in [0, 1]: 8/255, 0.5 and 12 (RobustBench). */
    public static double commonEpsilon(Ball ball) {
        return switch (ball) {
            case LINF -> 8.0 / 255;
            case L2 -> 0.5;
            case L1 -> 12;
        };
    }

    /**
     * An attack with its default settings.
     *
     * @param ball null for the attack's first
     * @param epsilon radius in the unit of the box; null for {@link #commonEpsilon}, or no limit for searches for the nearest point
     * @param seed of random draws
     */
    public static Attack of(String name, @Nullable Ball ball, @Nullable Double epsilon, Box box, long seed) {
        Entry entry = entry(name);
        Ball norm = ball == null ? entry.balls().get(0) : ball;
        if (!entry.balls().contains(norm)) {
            throw new QualmException("Expected for " + name + " one of the norms "
                    + entry.balls().stream().map(Ball::text).toList() + ", but found " + norm.text());
        }
        if (entry.nearest()) {
            Attack attack = nearest(name, norm, box, seed);
            return epsilon == null ? attack : new Within(attack, new Budget(norm, epsilon), box);
        }
        return bounded(name, new Budget(norm, epsilon == null ? commonEpsilon(norm) : epsilon), box, seed);
    }

    private static Attack bounded(String name, Budget budget, Box box, long seed) {
        Ball ball = budget.ball();
        double epsilon = budget.epsilon();
        return switch (name) {
            case "fgsm" -> new Fgsm(ball, epsilon, box);
            case "bim" -> Bim.of(ball, epsilon, box);
            case "pgd" -> Pgd.of(ball, epsilon, epsilon / 10, 40, box).withRandomStart(seed);
            case "mi-fgsm" -> MiFgsm.of(ball, epsilon, box);
            case "apgd-ce" -> Apgd.of(Apgd.Loss.CROSS_ENTROPY, ball, epsilon, box, seed);
            case "apgd-dlr" -> Apgd.of(Apgd.Loss.DLR, ball, epsilon, box, seed);
            case "autoattack" -> Ensemble.of(ball, epsilon, box, seed);
            case "square" -> Square.of(ball, epsilon, box, seed);
            case "apgd-t" -> Apgd.of(Apgd.Loss.TARGETED_DLR, ball, epsilon, box, seed);
            default -> throw new IllegalStateException(name);
        };
    }

    private static Attack nearest(String name, Ball ball, Box box, long seed) {
        return switch (name) {
            case "deepfool" -> DeepFool.of(box);
            case "carlini-wagner" -> CarliniWagner.of(box);
            case "jsma" -> Jsma.of(box);
            case "hopskipjump" -> HopSkipJump.of(ball, box, seed);
            default -> throw new IllegalStateException(name);
        };
    }

    /**
     * An attack written {@code name}, {@code name:epsilon} or {@code name:epsilon:norm}; epsilon may be a fraction such as
     * {@code 8/255}.
     *
     * @throws QualmException if it is none
     */
    public static Attack parse(String text, Box box, long seed) {
        return AttackSettings.of(seed).parse(text, box);
    }
}

package dev.qualm.training;

import dev.qualm.QualmException;
import dev.qualm.attack.Apgd;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.attack.DivergencePgd;
import dev.qualm.attack.Fgsm;
import dev.qualm.attack.Pgd;
import java.util.List;

/** All {@link Method} by name, with common settings. */
public final class Methods {
    /** The items as they are. */
    public static final Method STANDARD = new Method.Standard();

    /** Weight of the divergence in TRADES, as its authors set it for CIFAR-10. */
    public static final double TRADES_BETA = 6;

    private static final List<String> NAMES = List.of("standard", "fgsm", "fast", "pgd", "apgd", "trades");

    private Methods() {}

    /** All names, cheapest first. */
    public static List<String> names() {
        return NAMES;
    }

    /** What a method is, in one line. */
    public static String describe(String name) {
        return switch (name) {
            case "standard" -> "the items as they are";
            case "fgsm" -> "one step of the whole budget (Goodfellow et al. 2015)";
            case "fast" -> "one step of 1.25 budgets from a random start (Wong, Rice, Kolter 2020)";
            case "pgd" -> "steps of 2.5 budgets in all from a random start (Madry et al. 2018)";
            case "apgd" -> "steps that find their size (Croce, Hein 2020), on the cross-entropy";
            case "trades" -> "clean items, and the divergence that attacks cause (Zhang et al. 2019)";
            default -> throw unknown(name);
        };
    }

    /**
     * A method.
     *
     * @param steps of the attack, for {@code pgd, apgd} and {@code trades}; at least 1
     * @param beta weight of the divergence, for {@code trades}
     * @param seed of random starts
     * @throws QualmException naming all, if there is none of that name
     */
    public static Method of(String name, Budget budget, int steps, double beta, Box box, long seed) {
        double epsilon = budget.epsilon();
        double step = 2.5 * epsilon / steps;
        return switch (name) {
            case "standard" -> STANDARD;
            case "fgsm" -> new Method.Adversarial(name, new Fgsm(budget.ball(), epsilon, box));
            case "fast" -> new Method.Adversarial(name, started(budget, 1.25 * epsilon, 1, box, seed));
            case "pgd" -> new Method.Adversarial(name, started(budget, step, steps, box, seed));
            case "apgd" ->
                new Method.Adversarial(
                        name,
                        Apgd.of(Apgd.Loss.CROSS_ENTROPY, budget.ball(), epsilon, box, seed)
                                .withSteps(steps));
            case "trades" -> new Method.Trades(beta, DivergencePgd.of(budget.ball(), epsilon, step, steps, box, seed));
            default -> throw unknown(name);
        };
    }

    /** The last point, not the worst: what the papers train on, and a pass less. */
    private static Pgd started(Budget budget, double step, int steps, Box box, long seed) {
        return Pgd.of(budget.ball(), budget.epsilon(), step, steps, box)
                .withRandomStart(seed)
                .withKeep(Pgd.Keep.LAST);
    }

    private static QualmException unknown(String name) {
        return new QualmException("Expected a way of training among " + NAMES + ", but found '" + name + "'");
    }
}

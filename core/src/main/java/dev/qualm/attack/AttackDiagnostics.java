package dev.qualm.attack;

import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Signs that attacks fail for reasons other than robustness, above all masked gradients (Athalye, Carlini, Wagner, ICML 2018, section
 * 3.1; Carlini et al., "On Evaluating Adversarial Robustness", 2019). No warning is no proof; a warning means that the success rates
 * of attacks with gradients say little.
 *
 * @param warnings none if all looks well
 * @param inputs how many inputs were looked at: those answered right and with finite logits
 * @param rates success rates of what was run, by name, in reading order
 */
public record AttackDiagnostics(List<Warning> warnings, int inputs, List<Rate> rates) {
    /** What was looked for. */
    public enum Check {
        /** The gradient of the cross-entropy is zero or not finite. */
        ZERO_GRADIENT,
        /** Many steps do not raise the cross-entropy. */
        LOSS_NOT_INCREASING,
        /** One step does as well as many. */
        ONE_STEP_AS_GOOD,
        /** Twice the budget does no better. */
        LARGER_EPSILON_NOT_STRONGER,
        /** Even a budget as wide as the box leaves inputs unbroken. */
        WHOLE_BOX_NOT_ENOUGH,
        /** An attack that sees no gradients does better. */
        BLACK_BOX_STRONGER
    }

    /**
     * A sign.
     *
     * @param check what was looked for
     * @param detail what was found
     */
    public record Warning(Check check, String detail) {
        @Override
        public String toString() {
            return check.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": " + detail;
        }
    }

    /**
     * A success rate.
     *
     * @param attack the name, with the budget where it differs
     * @param success share of the inputs looked at
     */
    public record Rate(String attack, double success) {}

    public AttackDiagnostics {
        warnings = List.copyOf(warnings);
        rates = List.copyOf(rates);
    }

    /**
     * Runs FGSM, PGD with 20 steps (three times), and the square attack with 500 queries: about 630 passes an input.
     *
     * @param limit the budget in question, LINF or L2
     * @param box the valid inputs, bounded
     */
    public static AttackDiagnostics of(Network network, Array batch, int[] labels, Budget limit, Box box, long seed) {
        if (limit.ball() == Ball.L1) {
            throw new QualmException("Expected a budget in linf or l2 for the square attack, but found " + limit);
        }
        LossSweep.requireLabels(batch, labels);
        if (labels.length == 0) {
            return new AttackDiagnostics(List.of(), 0, List.of());
        }
        Logits clean = Logits.of(network, batch);
        int[] right = IntStream.range(0, labels.length)
                .filter(i -> clean.isFinite(i) && clean.predicted(i) == clean.checked(labels[i]))
                .toArray();
        if (right.length == 0) {
            return new AttackDiagnostics(List.of(), 0, List.of());
        }
        Array x = batch.select(right);
        int[] own = IntStream.of(right).map(i -> labels[i]).toArray();
        double epsilon = limit.epsilon();
        Adversarial one = new Fgsm(limit.ball(), epsilon, box).attack(network, x, own);
        Adversarial many = pgd(limit.ball(), epsilon, box, seed).attack(network, x, own);
        Adversarial twice = pgd(limit.ball(), 2 * epsilon, box, seed).attack(network, x, own);
        Adversarial whole =
                pgd(limit.ball(), span(limit.ball(), box.spread(x)), box, seed).attack(network, x, own);
        Adversarial blind = new Square(limit, 500, 0.8, box, seed).attack(network, x, own);
        List<Warning> out = new ArrayList<>();
        gradients(out, one, many);
        losses(out, clean, Logits.of(network, many.inputs()), right, own);
        double rate = many.successRate();
        boolean between = rate > 0 && rate < 1;
        if (one.successRate() > rate || (between && one.successRate() == rate)) {
            out.add(warning(Check.ONE_STEP_AS_GOOD, "fgsm", one, "pgd", many));
        }
        if (twice.successRate() < rate || (between && twice.successRate() == rate)) {
            out.add(warning(Check.LARGER_EPSILON_NOT_STRONGER, "pgd with twice the budget", twice, "pgd", many));
        }
        if (whole.successRate() < 1) {
            out.add(new Warning(
                    Check.WHOLE_BOX_NOT_ENOUGH,
                    String.format(Locale.ROOT, "pgd anywhere in the box breaks %.3f", whole.successRate())));
        }
        if (blind.successRate() > rate) {
            out.add(warning(Check.BLACK_BOX_STRONGER, "square", blind, "pgd", many));
        }
        List<Rate> rates = List.of(
                new Rate("fgsm", one.successRate()),
                new Rate("pgd", rate),
                new Rate("pgd, twice the budget", twice.successRate()),
                new Rate("pgd, whole box", whole.successRate()),
                new Rate("square", blind.successRate()));
        return new AttackDiagnostics(out, right.length, rates);
    }

    private static Pgd pgd(Ball ball, double epsilon, Box box, long seed) {
        return Pgd.of(ball, epsilon, epsilon / 5, 20, box).withRandomStart(seed);
    }

    /** The radius of a ball that holds the whole box, in its unit. */
    private static double span(Ball ball, Box bounds) {
        double most = 0;
        double square = 0;
        for (int j = 0; j < bounds.unit().length; j++) {
            double range = (bounds.high()[j] - bounds.low()[j]) / bounds.unit()[j];
            most = Math.max(most, range);
            square += range * range;
        }
        if (Double.isInfinite(square) || !(square > 0)) {
            throw new QualmException("Expected a bounded box that is not empty, but found a width of " + most);
        }
        return ball == Ball.LINF ? most : Math.sqrt(square);
    }

    private static void gradients(List<Warning> out, Adversarial one, Adversarial many) {
        long zero = IntStream.range(0, one.n())
                .filter(i ->
                        !one.status().get(i).isOk() || !many.status().get(i).isOk())
                .count();
        long dead = one.status().stream()
                .filter(s -> s.kind() == Status.Kind.ZERO_GRADIENT)
                .count();
        if (zero > 0) {
            out.add(new Warning(
                    Check.ZERO_GRADIENT,
                    zero + " of " + one.n() + " inputs meet one, " + dead + " of them before the first step"));
        }
    }

    private static void losses(List<Warning> out, Logits before, Logits after, int[] right, int[] own) {
        long flat = IntStream.range(0, own.length)
                .filter(r -> !(after.loss(r, own[r]) > before.loss(right[r], own[r])))
                .count();
        if (flat > 0) {
            out.add(new Warning(
                    Check.LOSS_NOT_INCREASING, flat + " of " + own.length + " inputs keep theirs after 20 steps"));
        }
    }

    private static Warning warning(Check check, String first, Adversarial a, String second, Adversarial b) {
        return new Warning(
                check,
                String.format(Locale.ROOT, "%s breaks %.3f, %s %.3f", first, a.successRate(), second, b.successRate()));
    }

    /** The warnings, a line each, or that there are none; then the rates. */
    @Override
    public String toString() {
        String text = warnings.isEmpty()
                ? "no warnings"
                : warnings.stream().map(Warning::toString).collect(Collectors.joining(System.lineSeparator()));
        String measured = rates.stream()
                .map(r -> String.format(Locale.ROOT, "%s %.3f", r.attack(), r.success()))
                .collect(Collectors.joining(", "));
        return text + System.lineSeparator() + inputs + " inputs: " + measured;
    }
}

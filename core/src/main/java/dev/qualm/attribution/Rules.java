package dev.qualm.attribution;

import dev.qualm.attribution.Rule.Gate;
import dev.qualm.attribution.Rule.Group;
import dev.qualm.attribution.Rule.Input;
import dev.qualm.attribution.Rule.Stabiliser;
import dev.qualm.attribution.Rule.Term;
import dev.qualm.attribution.Rule.Weight;
import java.util.List;

/** The rules of layer-wise relevance propagation (Montavon et al. 2019, "Layer-Wise Relevance Propagation: An Overview"). */
public final class Rules {
    /** Added to denominators where nothing else is said, as in Zennit. */
    public static final double EPSILON = 1e-6;

    private Rules() {}

    /** LRP-epsilon (Bach et al. 2015, eq. 58): shares by contribution; epsilon absorbs relevance where contributions cancel. */
    public static Rule epsilon(double epsilon) {
        return rule("epsilon", all(term(Input.FULL, Weight.FULL, Weight.FULL))).with(Stabiliser.add(epsilon));
    }

    /** The z+ rule (Montavon et al. 2017, Deep Taylor Decomposition): positive contributions alone. */
    public static Rule zPlus() {
        return rule(
                "z-plus",
                all(
                        term(Input.POSITIVE, Weight.POSITIVE, Weight.POSITIVE),
                        term(Input.NEGATIVE, Weight.NEGATIVE, Weight.NONE)));
    }

    /**
     * The alpha-beta rule (Bach et al. 2015, eq. 60): alpha times the positive contributions' shares minus beta times the negative ones'.
     *
     * @throws IllegalArgumentException unless alpha - beta = 1 and beta is not negative
     */
    public static Rule alphaBeta(double alpha, double beta) {
        if (!(beta >= 0) || !(Math.abs(alpha - beta - 1) <= 1e-9)) {
            throw new IllegalArgumentException(
                    "Expected alpha - beta = 1 and beta >= 0, but found alpha " + alpha + ", beta " + beta);
        }
        Group positive = new Group(
                alpha,
                Gate.ALL,
                List.of(
                        term(Input.POSITIVE, Weight.POSITIVE, Weight.POSITIVE),
                        term(Input.NEGATIVE, Weight.NEGATIVE, Weight.NONE)));
        Group negative = new Group(
                -beta,
                Gate.ALL,
                List.of(
                        term(Input.POSITIVE, Weight.NEGATIVE, Weight.NEGATIVE),
                        term(Input.NEGATIVE, Weight.POSITIVE, Weight.NONE)));
        return new Rule(
                "alpha" + plain(alpha) + "-beta" + plain(beta),
                beta == 0 ? List.of(positive) : List.of(positive, negative),
                Stabiliser.add(EPSILON));
    }

    /** LRP-gamma in the form for inputs of either sign (Andeol et al. 2021): contributions of the output's sign count gamma times more. */
    public static Rule gamma(double gamma) {
        if (!(gamma >= 0)) {
            throw new IllegalArgumentException("Expected gamma >= 0, but found " + gamma);
        }
        Weight up = new Weight(1, gamma, 0, 0, 0);
        Weight down = new Weight(1, 0, gamma, 0, 0);
        Group positive = new Group(
                1, Gate.POSITIVE, List.of(term(Input.POSITIVE, up, up), term(Input.NEGATIVE, down, Weight.NONE)));
        Group negative = new Group(
                1, Gate.NEGATIVE, List.of(term(Input.POSITIVE, down, down), term(Input.NEGATIVE, up, Weight.NONE)));
        return new Rule("gamma", List.of(positive, negative), Stabiliser.add(EPSILON));
    }

    /** The z-box rule for pixels (Montavon et al. 2017): inputs lie between a least and a largest value per channel. */
    public static Rule zBox() {
        return rule(
                "z-box",
                all(
                        term(Input.FULL, Weight.FULL, Weight.FULL),
                        new Term(-1, Input.LOW, Weight.POSITIVE, Weight.POSITIVE),
                        new Term(-1, Input.HIGH, Weight.NEGATIVE, Weight.NEGATIVE)));
    }

    /** The w-square rule (Montavon et al. 2017): shares by squared weights, whatever the input. */
    public static Rule wSquare() {
        return rule("w-square", all(term(Input.ONE, Weight.SQUARED, Weight.SQUARED)));
    }

    /** The flat rule (Lapuschkin et al. 2019): equal shares over the receptive field. */
    public static Rule flat() {
        return rule("flat", all(term(Input.ONE, Weight.ONE, Weight.NONE)));
    }

    private static Rule rule(String name, Group group) {
        return new Rule(name, List.of(group), Stabiliser.add(EPSILON));
    }

    private static Group all(Term... terms) {
        return new Group(1, Gate.ALL, List.of(terms));
    }

    private static Term term(Input input, Weight weight, Weight bias) {
        return new Term(1, input, weight, bias);
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}

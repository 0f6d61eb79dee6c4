package dev.qualm.attribution;

import dev.qualm.array.Array;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.graph.Attributes;
import java.util.List;
import java.util.Locale;

/**
 * A rule of layer-wise relevance propagation, as data: how a linear layer y = w x + b hands relevance R back.
 *
 * <p>Every rule sums groups. A group takes the layer's output for changed inputs, weights and biases, sums its terms to z, and hands back
 * {@code factor * sum over terms of sign * x' * w'^T (R / z)}.
 *
 * @param name as in the literature
 * @param stabiliser keeps z from zero
 */
/*
 * The five-parameter form is that of Anders et al. 2021 (arXiv 2106.13200, section 2): input modifiers, parameter modifiers, a gradient
 * mapper and a reducer. No rule needs to know what kind of linear layer it is applied to.
 */
public record Rule(String name, List<Group> groups, Stabiliser stabiliser) {
    public Rule {
        groups = List.copyOf(groups);
    }

    /**
     * Terms that share a denominator.
     *
     * @param gate outputs of the unchanged layer that the group speaks about
     */
    public record Group(double factor, Gate gate, List<Term> terms) {
        public Group {
            terms = List.copyOf(terms);
        }
    }

    /** Outputs that a group speaks about, by their sign. */
    public enum Gate {
        ALL,
        POSITIVE,
        NEGATIVE
    }

    /** One run of the layer. */
    public record Term(double sign, Input input, Weight weight, Weight bias) {}

    /** What stands for the layer's input x. */
    public enum Input {
        /** x. */
        FULL,
        /** max(x, 0). */
        POSITIVE,
        /** min(x, 0). */
        NEGATIVE,
        /** 1; what is handed back is not multiplied by the input. */
        ONE,
        /** The least value an input can have, per channel. */
        LOW,
        /** The largest value an input can have, per channel. */
        HIGH
    }

    /**
     * What stands for weights or biases w: {@code full w + positive max(w, 0) + negative min(w, 0) + squared w^2 + one}.
     */
    public record Weight(double full, double positive, double negative, double squared, double one) {
        public static final Weight FULL = new Weight(1, 0, 0, 0, 0);
        public static final Weight POSITIVE = new Weight(0, 1, 0, 0, 0);
        public static final Weight NEGATIVE = new Weight(0, 0, 1, 0, 0);
        public static final Weight SQUARED = new Weight(0, 0, 0, 1, 0);
        public static final Weight ONE = new Weight(0, 0, 0, 0, 1);
        public static final Weight NONE = new Weight(0, 0, 0, 0, 0);

        double of(double w) {
            return full * w + positive * Math.max(w, 0) + negative * Math.min(w, 0) + squared * w * w + one;
        }
    }

    /**
     * How z is kept from zero.
     *
     * @param relative whether epsilon counts in root mean squares of z, per input
     */
    public record Stabiliser(Form form, double epsilon, boolean relative) {
        /** Adds epsilon with the sign of z, that of 0 being +. */
        public static Stabiliser add(double epsilon) {
            return new Stabiliser(Form.ADD, epsilon, false);
        }

        /** Writes {@code numerator / z}. */
        String divide(GraphWriter w, String numerator, String z) {
            Attributes attributes = Attributes.NONE
                    .with("epsilon", Array.of(new double[] {epsilon}))
                    .with("form", form.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .with("relative", relative ? 1L : 0L);
            return w.own("StableDivide", List.of(numerator, z), attributes);
        }

        /** Ways to keep z from zero. */
        public enum Form {
            /** z + epsilon sign(z). */
            ADD,
            /** z + epsilon, whatever the sign. */
            ADD_POSITIVE,
            /** z, at least epsilon in magnitude. */
            CLIP
        }
    }

    /** The same rule with another stabiliser. */
    public Rule with(Stabiliser other) {
        return new Rule(name, groups, other);
    }

    /** The same rule without biases: no relevance is lost to them. */
    public Rule withoutBias() {
        List<Group> changed = groups.stream()
                .map(g -> new Group(
                        g.factor,
                        g.gate,
                        g.terms.stream()
                                .map(t -> new Term(t.sign, t.input, t.weight, Weight.NONE))
                                .toList()))
                .toList();
        return new Rule(name + ", no bias", changed, stabiliser);
    }
}

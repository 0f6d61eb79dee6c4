package dev.qualm.attribution;

import java.util.ArrayList;
import java.util.List;

/**
 * Which rule a relevance propagation follows where: the first entry whose selector matches a node decides.
 *
 * @param name in kebab case
 * @param fallback what happens at nodes that no entry speaks about
 */
public record Composite(String name, List<Entry> entries, Fallback fallback) {
    public Composite {
        entries = List.copyOf(entries);
    }

    /** A rule and the nodes it is for. */
    public record Entry(Selector selector, NodeRule rule) {}

    /** What happens at nodes that no entry speaks about; each use is a warning of the explanation. */
    public enum Fallback {
        /** The gradient, as in Zennit: relevance becomes a mixture of units there. */
        GRADIENT,
        /** Shares by input times gradient of relevance / output, which keeps the units. */
        NORM,
        /** Refuse the network. */
        ERROR
    }

    /** A composite without entries. */
    public static Composite named(String name) {
        return new Composite(name, List.of(), Fallback.NORM);
    }

    /** This composite with one more entry behind the others. */
    public Composite with(Selector selector, NodeRule rule) {
        List<Entry> all = new ArrayList<>(entries);
        all.add(new Entry(selector, rule));
        return new Composite(name, all, fallback);
    }

    /** As {@link #with(Selector, NodeRule)} for a rule of linear layers. */
    public Composite with(Selector selector, Rule rule) {
        return with(selector, new NodeRule.Linear(rule));
    }

    /** This composite with another fallback. */
    public Composite or(Fallback other) {
        return new Composite(name, entries, other);
    }

    /** How relevance passes nodes without weights in all LRP composites; activations as given. */
    private Composite withoutWeights(NodeRule activations) {
        return with(Selector.of(NodeKind.ACTIVATION), activations)
                .with(Selector.of(NodeKind.AVERAGE, NodeKind.SUM), NodeRule.Plain.NORM)
                .with(Selector.of(NodeKind.SHIFT, NodeKind.NORMALIZATION), NodeRule.Plain.PASS)
                .with(Selector.of(NodeKind.MOVE), NodeRule.Plain.GRADIENT);
    }

    /** One rule for all linear layers. */
    public static Composite uniform(String name, Rule rule) {
        return named(name).with(Selector.linear(), rule).withoutWeights(NodeRule.Plain.PASS);
    }

    /** A rule for the first layers, one for other convolutions and epsilon for dense layers (Montavon et al. 2019, section 10.3). */
    public static Composite of(String name, Selector first, Rule ofFirst, Rule ofConvolutions) {
        return named(name)
                .with(first.first(), ofFirst)
                .with(Selector.of(NodeKind.CONVOLUTION), ofConvolutions)
                .with(Selector.of(NodeKind.DENSE), Rules.epsilon(Rules.EPSILON))
                .withoutWeights(NodeRule.Plain.PASS);
    }

    /** One rule for convolutions and epsilon for dense layers. */
    public static Composite of(String name, Rule ofConvolutions) {
        return of(name, Selector.of(NodeKind.CONVOLUTION), ofConvolutions, ofConvolutions);
    }

    /**
     * Excitation backpropagation (Zhang et al. 2016): z+ in all linear layers, activations by their gradient. As in Zennit positive biases
     * take their share of what arrives.
     */
    public static Composite excitation() {
        return named("excitation-backprop")
                .with(Selector.linear(), Rules.zPlus())
                .withoutWeights(NodeRule.Plain.GRADIENT);
    }

    /** The gradient everywhere but at activations. */
    public static Composite gradient(String name, NodeRule activations) {
        Selector all = Selector.of(NodeKind.values());
        return named(name).with(Selector.of(NodeKind.ACTIVATION), activations).with(all, NodeRule.Plain.GRADIENT);
    }

    /**
     * The rules of the reference implementation of Dombrowski et al. 2019: z-box with one pair of bounds in the first layer and
     * alpha 1, beta 0 in the others, without biases, 1e-9 added to denominators whatever their sign.
     */
    public static Composite reference() {
        Rule.Stabiliser blind = new Rule.Stabiliser(Rule.Stabiliser.Form.ADD_POSITIVE, 1e-9, false);
        return named("reference")
                .with(Selector.linear().first(), Rules.zBox().withoutBias().with(blind))
                .with(Selector.linear(), Rules.alphaBeta(1, 0).withoutBias().with(blind))
                .withoutWeights(NodeRule.Plain.PASS);
    }
}

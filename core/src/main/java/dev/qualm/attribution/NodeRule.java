package dev.qualm.attribution;

/** What a composite does at a node. */
public sealed interface NodeRule {
    /** Name in messages. */
    String label();

    /** A rule for linear layers. */
    record Linear(Rule rule) implements NodeRule {
        @Override
        public String label() {
            return rule.name();
        }
    }

    /** Sharpness of a smooth stand-in for Relu in the reverse pass alone, the forward pass stays (Zennit's BetaSmooth). */
    record BetaSmooth(double beta) implements NodeRule {
        @Override
        public String label() {
            return "beta-smooth " + beta;
        }
    }

    /** Rules without parameters. */
    enum Plain implements NodeRule {
        /** The gradient. */
        GRADIENT,
        /** Hands relevance on unchanged, for nodes whose output has the input's shape. */
        PASS,
        /** Shares by contribution, for nodes without weights that are linear or nearly so: input times gradient of relevance / output. */
        NORM,
        /** Guided backpropagation at Relu: what is negative on the way back is stopped too. */
        GUIDED,
        /** The deconvnet at Relu: what is negative on the way back is stopped, whatever the forward pass was. */
        DECONVNET;

        @Override
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}

package dev.qualm.attribution;

import dev.qualm.network.GradientRules;
import dev.qualm.network.ReversePass;

/**
 * The gradient of the explained quantity by the input (Simonyan, Vedaldi, Zisserman 2014, arXiv 1312.6034): where the answer would
 * move fastest.
 *
 * @param timesInput whether each element is multiplied by the input's (Shrikumar et al. 2016, arXiv 1605.01713): a first-order share of
 *     the output, complete for networks without biases whose activations are piecewise linear
 */
record GradientMap(boolean timesInput) implements GraphAttribution {
    @Override
    public String name() {
        return timesInput ? "gradient-times-input" : "gradient";
    }

    @Override
    public double passes() {
        return 2;
    }

    @Override
    public String write(ReverseContext context) {
        ReversePass pass = context.pass(GradientRules.GRADIENT);
        String gradient = context.at(pass, context.leaf());
        return timesInput ? context.writer().node("Mul", context.leaf(), gradient) : gradient;
    }
}

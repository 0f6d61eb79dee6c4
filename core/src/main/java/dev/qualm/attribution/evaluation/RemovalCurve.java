package dev.qualm.attribution.evaluation;

/**
 * What becomes of the output while an input is removed piece by piece.
 *
 * @param order in words: most relevant first, least relevant first, random
 * @param removed share of the units removed at each step, {@code [steps + 1]}; the first is 0, the clean input
 * @param outputs of the explained class, {@code [n][steps + 1]}; NaN for inputs without a value
 * @param accuracy share of the inputs that have a value whose largest logit is the explained class, {@code [steps + 1]}
 * @param score one number per input, see the method that made the curve
 */
public record RemovalCurve(String order, double[] removed, double[][] outputs, double[] accuracy, Evaluation score) {}

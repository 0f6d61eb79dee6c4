package dev.qualm.attribution;

/**
 * What an explanation explains, and what its reverse pass starts with.
 *
 * @param quantity of the class in question
 * @param fromValue whether the pass starts with the quantity itself (the reference implementation of Dombrowski et al. 2019 and much
 *     of the LRP literature) instead of 1 (Zennit, gradients). It scales a map; only softplus guided backpropagation, which is not linear
 *     in what it starts with, changes otherwise
 */
public record Target(Quantity quantity, boolean fromValue) {
    /** The logit, starting with 1. */
    public static Target logit() {
        return new Target(Quantity.LOGIT, false);
    }

    /** Another quantity, starting with 1. */
    public static Target of(Quantity quantity) {
        return new Target(quantity, false);
    }

    /** The same, starting with the quantity's value. */
    public Target startingFromValue() {
        return new Target(quantity, true);
    }
}

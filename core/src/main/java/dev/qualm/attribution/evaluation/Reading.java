package dev.qualm.attribution.evaluation;

/**
 * How a map is read where entries are ranked or added: the relevance of a pixel is the sum over its channels, then ...
 */
public enum Reading {
    /** ... with its sign: what speaks against the class counts as least relevant. */
    SIGNED,
    /** ... its absolute value: what speaks against the class counts as relevant too. */
    ABSOLUTE
}

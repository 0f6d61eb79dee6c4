package dev.qualm.sustainability;

/**
 * What is left of the representations of a few items at one tap.
 *
 * @param difference sum of (a - b)^2 of each item
 * @param clean sum of a^2
 * @param perturbed sum of b^2; empty if no measure asks for it
 * @param largest max |a - b|; empty likewise
 * @param entries of one item
 */
@SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
record TapSums(double[] difference, double[] clean, double[] perturbed, double[] largest, long entries) {
    double perturbed(int i) {
        return perturbed.length == 0 ? 0 : perturbed[i];
    }

    double largest(int i) {
        return largest.length == 0 ? 0 : largest[i];
    }

    /** Whether both representations of an item were numbers. */
    boolean isFinite(int i) {
        return Double.isFinite(difference[i]) && Double.isFinite(clean[i]) && Double.isFinite(perturbed(i));
    }
}

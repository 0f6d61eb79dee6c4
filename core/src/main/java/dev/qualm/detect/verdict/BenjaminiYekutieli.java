package dev.qualm.detect.verdict;

/**
 * Holds the false discovery rate however the p-values depend on each other, at the price of a factor of about ln m. Y. Benjamini, D.
 * Yekutieli: The control of the false discovery rate in multiple testing under dependency. Annals of Statistics 29, 2001, theorem
 * 1.3. For items that depend on each other, such as frames of one film; else {@link BenjaminiHochberg} flags more.
 */
public final class BenjaminiYekutieli {
    private BenjaminiYekutieli() {}

    /** Flags items of a batch; parameters as in {@link BenjaminiHochberg#of}. */
    public static Discoveries of(double[] p, double level) {
        double harmonic = 0;
        for (int i = StepUp.defined(StepUp.requirePValues(p)); i > 0; i--) {
            harmonic += 1.0 / i;
        }
        return StepUp.of(p, level, harmonic, "Benjamini-Yekutieli");
    }
}

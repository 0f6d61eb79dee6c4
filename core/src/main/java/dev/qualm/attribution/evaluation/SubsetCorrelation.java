package dev.qualm.attribution.evaluation;

import dev.qualm.metric.MapPearson;

/**
 * Correlates, over random subsets of an input's units, the relevance they carry with what the output loses without
 * them.
 */
final class SubsetCorrelation {
    private SubsetCorrelation() {}

    /**
     * @param maps one per input, {@code [n][entries]}
     * @param size units per subset
     * @param runs subsets per input
     * @return {@code [n]}; NaN for inputs that have failed, and where a side is constant
     */
    static double[] of(Subject s, double[][] maps, int size, int runs, Baseline baseline, Output output, long seed) {
        int[] alive = s.alive();
        int units = s.units.count();
        double[][] relevance = new double[s.n()][];
        double[][] blank = new double[s.n()][];
        double[][] sums = new double[s.n()][runs];
        double[][] drops = new double[s.n()][runs];
        for (int i : alive) {
            relevance[i] = s.units.relevance(maps[i], Reading.SIGNED);
            blank[i] = s.baseline(i, baseline);
        }
        s.run(
                Math.multiplyExact(alive.length, runs),
                (r, into, at) -> {
                    int i = alive[r / runs];
                    System.arraycopy(s.row(i), 0, into, at, s.units.size());
                    for (int unit : s.draws(seed, i, r % runs).subset(size, units)) {
                        s.units.remove(into, at, blank[i], unit);
                        sums[i][r % runs] += relevance[i][unit];
                    }
                },
                (r, z) -> {
                    int i = alive[r / runs];
                    drops[i][r % runs] = s.output(output, i) - output.of(z, s.classes[i]);
                });
        double[] out = new double[s.n()];
        java.util.Arrays.fill(out, Double.NaN);
        for (int i : alive) {
            out[i] = MapPearson.correlation(sums[i], drops[i]);
        }
        return out;
    }
}

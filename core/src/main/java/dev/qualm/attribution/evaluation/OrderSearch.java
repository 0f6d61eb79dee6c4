package dev.qualm.attribution.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Searches the removal orders with the smallest and the largest AOPC. */
/*
 * The output depends on the set removed, not on its order, so the sum of drops along an order is the length of a path
 * through the subsets. Of two paths to one set only the better can be part of a best order; a beam that holds all sets
 * of each size is therefore exact: 2^G passes instead of G! orders. Both directions share the passes of a length.
 */
final class OrderSearch {
    /** A set of removed cells, as bits, and the drops summed along the best way to it. */
    private record Path(long set, double sum) {}

    private OrderSearch() {}

    /** The most subsets of one size that {@code g} cells have. */
    static double widest(int g) {
        double sets = 1;
        for (int k = 1; k <= g / 2; k++) {
            sets = sets * (g - k + 1) / k;
        }
        return Math.rint(sets);
    }

    /** Smallest and largest AOPC found for each input, {@code [n][2]}; NaN for inputs that have failed. */
    static double[][] bounds(Subject s, Cells cells, int beam, Baseline baseline, Output output) {
        int[] alive = s.alive();
        double[][] blank = new double[s.n()][];
        List<List<List<Path>>> beams = new ArrayList<>();
        for (int i : alive) {
            blank[i] = s.baseline(i, baseline);
            beams.add(List.of(List.of(new Path(0, 0)), List.of(new Path(0, 0))));
        }
        for (int length = 1; length <= cells.count(); length++) {
            List<Map<Long, Double>> drops = drops(s, alive, beams, cells, blank, output);
            for (int a = 0; a < alive.length; a++) {
                beams.set(
                        a,
                        List.of(
                                longer(beams.get(a).get(0), drops.get(a), cells.count(), beam, -1),
                                longer(beams.get(a).get(1), drops.get(a), cells.count(), beam, 1)));
            }
        }
        double[][] out = new double[s.n()][2];
        for (double[] row : out) {
            java.util.Arrays.fill(row, Double.NaN);
        }
        for (int a = 0; a < alive.length; a++) {
            for (int d = 0; d < 2; d++) {
                out[alive[a]][d] = beams.get(a).get(d).get(0).sum() / (cells.count() + 1);
            }
        }
        return out;
    }

    /** The drop of the output for every set that is one cell larger than one in a beam. */
    private static List<Map<Long, Double>> drops(
            Subject s, int[] alive, List<List<List<Path>>> beams, Cells cells, double[][] blank, Output output) {
        List<Map<Long, Double>> drops = new ArrayList<>();
        List<Integer> owners = new ArrayList<>();
        List<Long> sets = new ArrayList<>();
        for (int a = 0; a < alive.length; a++) {
            TreeSet<Long> wanted = new TreeSet<>();
            for (List<Path> direction : beams.get(a)) {
                for (Path p : direction) {
                    for (int c = 0; c < cells.count(); c++) {
                        if ((p.set >>> c & 1) == 0) {
                            wanted.add(p.set | 1L << c);
                        }
                    }
                }
            }
            for (long set : wanted) {
                owners.add(a);
                sets.add(set);
            }
            drops.add(new LinkedHashMap<>());
        }
        s.run(
                sets.size(),
                (r, into, at) -> {
                    int i = alive[owners.get(r)];
                    System.arraycopy(s.row(i), 0, into, at, s.units.size());
                    for (int c = 0; c < cells.count(); c++) {
                        if ((sets.get(r) >>> c & 1) == 1) {
                            for (int unit : cells.units(c)) {
                                s.units.remove(into, at, blank[i], unit);
                            }
                        }
                    }
                },
                (r, z) -> {
                    int a = owners.get(r);
                    double drop = s.output(output, alive[a]) - output.of(z, s.classes[alive[a]]);
                    drops.get(a).put(sets.get(r), drop);
                });
        return drops;
    }

    /** The best paths that are one cell longer; {@code sign} 1 wants large sums, -1 small ones. */
    private static List<Path> longer(List<Path> paths, Map<Long, Double> drops, int cells, int beam, int sign) {
        Map<Long, Double> sums = new LinkedHashMap<>();
        for (Path p : paths) {
            for (int c = 0; c < cells; c++) {
                if ((p.set >>> c & 1) == 0) {
                    long set = p.set | 1L << c;
                    double sum = p.sum + java.util.Objects.requireNonNull(drops.get(set));
                    sums.merge(set, sum, (x, y) -> sign * x >= sign * y ? x : y);
                }
            }
        }
        return sums.entrySet().stream()
                .map(e -> new Path(e.getKey(), e.getValue()))
                .sorted(Comparator.comparingDouble((Path p) -> -sign * p.sum).thenComparingLong(Path::set))
                .limit(beam)
                .toList();
    }
}

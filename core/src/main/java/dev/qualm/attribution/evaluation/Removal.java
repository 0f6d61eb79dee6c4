package dev.qualm.attribution.evaluation;

import dev.qualm.Provenance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Traces outputs along removal orders; shared by the methods that differ in pieces and filling. */
final class Removal {
    /** Stream of the random orders; subsets and ties use others. */
    private static final long ORDERS = 1L << 40;

    private static final long TIES = 1L << 41;

    /** Writes an input after some steps of an order. */
    interface Writer {
        void write(int image, int order, int step, double[] into, int offset);
    }

    /** What came out: {@code outputs[order][n][steps + 1]}, {@code kept} likewise. */
    record Trace(double[][][] outputs, boolean[][][] kept) {}

    private Removal() {}

    /** Runs {@code steps} rows for each image and order; step 0 is the clean input and free. */
    static Trace trace(Subject s, int orders, int steps, Output output, Writer writer) {
        int[] alive = s.alive();
        double[][][] outputs = new double[orders][s.n()][steps + 1];
        boolean[][][] kept = new boolean[orders][s.n()][steps + 1];
        for (double[][] order : outputs) {
            for (double[] row : order) {
                Arrays.fill(row, Double.NaN);
            }
        }
        for (int o = 0; o < orders; o++) {
            for (int i : alive) {
                outputs[o][i][0] = s.output(output, i);
                kept[o][i][0] = Subject.argmax(s.logits[i]) == s.classes[i];
            }
        }
        int perImage = Math.multiplyExact(orders, steps);
        s.run(
                Math.multiplyExact(alive.length, perImage),
                (r, into, at) -> writer.write(alive[r / perImage], r % perImage / steps, r % steps + 1, into, at),
                (r, z) -> {
                    int i = alive[r / perImage];
                    outputs[r % perImage / steps][i][r % steps + 1] = output.of(z, s.classes[i]);
                    kept[r % perImage / steps][i][r % steps + 1] = Subject.argmax(z) == s.classes[i];
                });
        return new Trace(outputs, kept);
    }

    /** Orders of cells for one image: most relevant first, least relevant first, then random ones. */
    static int[][] orders(Subject s, Cells cells, int image, double[] relevance, int random, long seed) {
        int[][] orders = new int[2 + random][];
        orders[0] = cells.falling(relevance, s.draws(seed, image, TIES));
        orders[1] = Cells.reversed(orders[0]);
        for (int o = 0; o < random; o++) {
            orders[2 + o] = s.draws(seed, image, ORDERS + o).subset(cells.count(), cells.count());
        }
        return orders;
    }

    /**
     * The curves of a partition into cells.
     *
     * @param counts cells removed after each step, {@code [steps + 1]}, rising from 0
     */
    static RemovalCurves curves(
            Subject s,
            double[][] maps,
            Cells cells,
            int[] counts,
            int random,
            Baseline baseline,
            Output output,
            Reading reading,
            long seed,
            String method) {
        int steps = counts.length - 1;
        int[][][] orders = new int[s.n()][][];
        double[][] blank = new double[s.n()][];
        for (int i : s.alive()) {
            orders[i] = orders(s, cells, i, s.units.relevance(maps[i], reading), random, seed);
            blank[i] = s.baseline(i, baseline);
        }
        Trace trace = trace(s, 2 + random, steps, output, (i, o, step, into, at) -> {
            System.arraycopy(s.row(i), 0, into, at, s.units.size());
            for (int k = 0; k < counts[step]; k++) {
                for (int unit : cells.units(orders[i][o][k])) {
                    s.units.remove(into, at, blank[i], unit);
                }
            }
        });
        Provenance provenance = s.provenance(method)
                .with("cells", cells.count())
                .with("steps", steps)
                .with("randomOrders", random)
                .with("baseline", baseline)
                .with("output", output)
                .with("reading", reading);
        double[] removed = Arrays.stream(counts)
                .mapToDouble(c -> c / (double) cells.count())
                .toArray();
        RemovalCurve most = curve("most relevant first", removed, trace, 0, 1, Better.HIGHER, s, seed, provenance);
        RemovalCurve least = curve("least relevant first", removed, trace, 1, 2, Better.LOWER, s, seed, provenance);
        RemovalCurve mean = random == 0
                ? null
                : curve("random", removed, trace, 2, 2 + random, Better.NEITHER, s, seed, provenance);
        double[] gain = new double[s.n()];
        Arrays.setAll(gain, i -> most.score().values()[i] - least.score().values()[i]);
        return new RemovalCurves(
                most,
                least,
                mean,
                Evaluation.of(
                        "symmetric relevance gain",
                        Better.HIGHER,
                        gain,
                        most.score().status(),
                        s.cost(),
                        seed,
                        provenance));
    }

    /** Mean over the orders {@code from} to {@code to}, scored by the area over the curve. */
    private static RemovalCurve curve(
            String order,
            double[] removed,
            Trace trace,
            int from,
            int to,
            Better better,
            Subject s,
            long seed,
            Provenance provenance) {
        double[][] outputs = mean(trace, from, to, s.n(), removed.length);
        double[] aopc = Arrays.stream(outputs)
                .mapToDouble(row -> row[0] - Arrays.stream(row).sum() / row.length)
                .toArray();
        Evaluation score = Evaluation.of(
                "AOPC, " + order, better, aopc, s.status(), s.cost(), seed, provenance.with("order", order));
        return new RemovalCurve(order, removed, outputs, accuracy(trace, from, to, s.alive(), removed.length), score);
    }

    private static double[][] mean(Trace trace, int from, int to, int n, int points) {
        double[][] out = new double[n][points];
        for (int o = from; o < to; o++) {
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < points; k++) {
                    out[i][k] += trace.outputs[o][i][k] / (to - from);
                }
            }
        }
        return out;
    }

    /** Share of the images, over some orders, that keep their class. */
    static double[] accuracy(Trace trace, int from, int to, int[] alive, int points) {
        double[] out = new double[points];
        for (int k = 0; k < points; k++) {
            List<Boolean> all = new ArrayList<>();
            for (int o = from; o < to; o++) {
                for (int i : alive) {
                    all.add(trace.kept[o][i][k]);
                }
            }
            out[k] = all.isEmpty() ? Double.NaN : all.stream().filter(b -> b).count() / (double) all.size();
        }
        return out;
    }
}

package dev.qualm.attribution.evaluation;

import dev.qualm.Provenance;
import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import dev.qualm.network.onnx.ModelHash;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A batch under evaluation: its shapes checked, its classes known, its clean outputs at hand, its passes counted. */
final class Subject {
    /** Rows that are in memory at a time, in bytes of doubles. */
    private static final long CHUNK_BYTES = 1L << 25;

    private static final int MAX_ROWS = 4096;

    /** Writes row {@code index} of a large virtual batch. */
    interface Fill {
        void row(int index, double[] into, int offset);
    }

    /** Receives what the network said about row {@code index}. */
    interface Take {
        void row(int index, double[] logits);
    }

    /**
     * What came out for one row.
     *
     * @param rows the chunk that holds the row
     * @param offset where it begins
     * @param map its map
     * @param logits what the network said; empty unless asked for
     * @param hidden its part of a tensor; empty unless asked for
     */
    record Seen(double[] rows, int offset, double[] map, double[] logits, double[] hidden) {}

    /** Receives what came out for row {@code index}. */
    interface TakeMap {
        void row(int index, Seen seen);
    }

    /** What is wanted of rows beside their maps. */
    enum Also {
        NOTHING,
        LOGITS
    }

    final Network network;
    final Array batch;
    final Units units;
    final int[] classes;
    final double[][] logits;
    private final double[][] rows;
    private final long[] contents;
    private final Status[] status;
    private long passes;
    private long maps;

    private Subject(Network network, Array batch, int[] classes) {
        this.network = network;
        this.batch = batch;
        units = Units.of(batch);
        int n = batch.dim(0);
        if (classes.length != n) {
            throw new ShapeException(
                    "Expected one class per input, but found " + classes.length + " classes for " + batch);
        }
        double[] values = batch.toDoubles();
        rows = new double[n][];
        contents = new long[n];
        for (int i = 0; i < n; i++) {
            rows[i] = Arrays.copyOfRange(values, i * units.size(), (i + 1) * units.size());
            contents[i] = Draws.content(rows[i]);
        }
        logits = new double[n][];
        run(n, this::copy, (i, z) -> logits[i] = z);
        this.classes = resolve(classes);
        status = new Status[n];
        for (int i = 0; i < n; i++) {
            boolean finite = Arrays.stream(logits[i]).allMatch(Double::isFinite);
            status[i] = finite ? Status.OK : Status.nonFinite("the network's output for this input is not finite");
        }
    }

    /** One clean pass per input. */
    static Subject of(Network network, Array batch, int[] classes) {
        return new Subject(network, batch, classes);
    }

    private int[] resolve(int[] wanted) {
        int[] out = new int[wanted.length];
        for (int i = 0; i < out.length; i++) {
            int total = logits[i].length;
            if (wanted[i] < MapFunction.PREDICTED || wanted[i] >= total) {
                throw new ShapeException("Expected classes from 0 to " + (total - 1)
                        + ", or MapFunction.PREDICTED, but found " + wanted[i] + " for input " + i);
            }
            out[i] = wanted[i] == MapFunction.PREDICTED ? argmax(logits[i]) : wanted[i];
        }
        return out;
    }

    /** The first of the largest. */
    static int argmax(double[] z) {
        int best = 0;
        for (int i = 1; i < z.length; i++) {
            best = z[i] > z[best] ? i : best;
        }
        return best;
    }

    int n() {
        return rows.length;
    }

    /** The entries of an input; not to be changed. */
    double[] row(int i) {
        return rows[i];
    }

    double[] baseline(int i, Baseline baseline) {
        return baseline.of(rows[i], batch.dim(1));
    }

    double output(Output output, int i) {
        return output.of(logits[i], classes[i]);
    }

    Draws draws(long seed, int image, long perturbation) {
        return new Draws(seed, contents[image], perturbation);
    }

    /** Marks an input as having no value; the first reason stays. */
    void fail(int i, Status reason) {
        status[i] = status[i].isOk() ? reason : status[i];
    }

    List<Status> status() {
        return List.of(status);
    }

    /** Inputs without a complaint so far. */
    int[] alive() {
        return IntStream.range(0, status.length).filter(i -> status[i].isOk()).toArray();
    }

    Cost cost() {
        return new Cost(passes, maps);
    }

    Provenance provenance(String method) {
        return Provenance.of(method)
                .with("model", "sha256:" + ModelHash.of(network.graph()))
                .with("precision", network.precision())
                .with("images", n());
    }

    /** One map per input, {@code [n][entries]}; inputs whose map is not finite are marked. */
    double[][] maps(MapFunction function) {
        return accepted(rawMaps(function));
    }

    /** Likewise, but maps that are not finite are passed on. */
    double[][] rawMaps(MapFunction function) {
        double[][] out = new double[n()][];
        runMaps(function, n(), i -> i, this::copy, Also.NOTHING, null, (i, seen) -> out[i] = seen.map);
        return out;
    }

    /** Maps made beforehand, likewise. */
    double[][] maps(Array given) {
        int entries = units.entriesOf(given, batch);
        double[] values = given.toDoubles();
        double[][] out = new double[n()][];
        Arrays.setAll(out, i -> Arrays.copyOfRange(values, i * entries, (i + 1) * entries));
        return accepted(out);
    }

    private double[][] accepted(double[][] maps) {
        for (int i = 0; i < maps.length; i++) {
            if (!Arrays.stream(maps[i]).allMatch(Double::isFinite)) {
                fail(i, Status.undefined("the map of this input is not finite"));
            }
        }
        return maps;
    }

    private void copy(int i, double[] into, int offset) {
        System.arraycopy(rows[i], 0, into, offset, rows[i].length);
    }

    /** A tensor's part of each clean input, {@code [n][...]}. Counts as passes. */
    double[][] hidden(String tensor) {
        double[][] out = new double[n()][];
        int step = network.microBatch(Map.of(network.input().name(), batch));
        for (int from = 0; from < n(); from += step) {
            Array part = batch.slice(from, Math.min(n(), from + step));
            passes += part.dim(0);
            double[][] values = split(
                    Objects.requireNonNull(network.run(part, List.of(tensor)).get(tensor)), part.dim(0), tensor);
            System.arraycopy(values, 0, out, from, values.length);
        }
        return out;
    }

    /** Sends rows through the network, a bounded number at a time. */
    void run(int count, Fill fill, Take take) {
        chunks(count, fill, (from, data, part) -> {
            double[][] z = split(network.logits(part), part.dim(0), "logits");
            passes += part.dim(0);
            for (int r = 0; r < z.length; r++) {
                take.row(from + r, z[r]);
            }
        });
    }

    /**
     * Asks for the maps of rows, a bounded number at a time.
     *
     * @param image the input that a row was made from, whose class is explained
     * @param also whether the network is asked as well
     * @param tensor read in the same passes, or null
     */
    void runMaps(
            MapFunction function,
            int count,
            IntUnaryOperator image,
            Fill fill,
            Also also,
            @Nullable String tensor,
            TakeMap take) {
        chunks(count, fill, (from, data, part) -> {
            int size = part.dim(0);
            int[] explained = IntStream.range(from, from + size)
                    .map(r -> classes[image.applyAsInt(r)])
                    .toArray();
            Array made = function.maps(part, explained);
            maps += size;
            int entries = units.entriesOf(made, part);
            double[] values = made.toDoubles();
            // Hidden tensors can be much larger than inputs, so no more of them at a time than the network itself
            // holds.
            int step = also == Also.NOTHING || tensor == null
                    ? size
                    : network.microBatch(Map.of(network.input().name(), part));
            for (int first = 0; first < size; first += step) {
                int last = Math.min(size, first + step);
                double[][][] out = ask(part, first, last, also, tensor);
                for (int r = first; r < last; r++) {
                    double[] map = Arrays.copyOfRange(values, r * entries, (r + 1) * entries);
                    Seen seen = new Seen(data, r * units.size(), map, out[0][r - first], out[1][r - first]);
                    take.row(from + r, seen);
                }
            }
        });
    }

    /** Logits and the tensor's values of some rows of a chunk, each empty unless wanted. */
    private double[][][] ask(Array part, int first, int last, Also also, @Nullable String tensor) {
        int size = last - first;
        if (also == Also.NOTHING) {
            return new double[2][size][0];
        }
        passes += size;
        Array rowsOfPart = size == part.dim(0) ? part : part.slice(first, last);
        if (tensor == null) {
            return new double[][][] {split(network.logits(rowsOfPart), size, "logits"), new double[size][0]};
        }
        String name = network.structure().logits();
        Map<String, Array> out = network.run(rowsOfPart, List.of(name, tensor));
        return new double[][][] {
            split(network.asLogits(Objects.requireNonNull(out.get(name))), size, "logits"),
            split(Objects.requireNonNull(out.get(tensor)), size, tensor)
        };
    }

    private static double[][] split(Array a, int n, String what) {
        if (a.rank() == 0 || a.dim(0) != n) {
            throw new ShapeException("Expected " + what + " with one row for each of " + n + " inputs, but found " + a);
        }
        double[] values = a.toDoubles();
        int k = values.length / n;
        double[][] out = new double[n][];
        Arrays.setAll(out, r -> Arrays.copyOfRange(values, r * k, (r + 1) * k));
        return out;
    }

    private interface Part {
        void of(int from, double[] data, Array rows);
    }

    private void chunks(int count, Fill fill, Part part) {
        int size = units.size();
        int most = (int) Math.max(1, Math.min(MAX_ROWS, CHUNK_BYTES / (8L * size)));
        int[] shape = batch.shape();
        for (int from = 0; from < count; from += most) {
            int to = Math.min(count, from + most);
            double[] data = new double[(to - from) * size];
            for (int r = from; r < to; r++) {
                fill.row(r, data, (r - from) * size);
            }
            shape[0] = to - from;
            Array a = Array.of(data, shape);
            part.of(from, data, batch.dtype() == DType.FLOAT32 ? a.asFloat32() : a);
        }
    }
}

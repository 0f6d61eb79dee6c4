package dev.qualm.detect.fitted;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import dev.qualm.detect.Softmax;
import dev.qualm.gradient.GradNorm;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What was read of a batch: logits, features, classes and further quantities, row by row. Rows are shared, not copied: treat them as read-only. */
public final class Readings {
    /** The class of an item that has none. */
    public static final int UNKNOWN = -1;

    private static final String FEATURES = "features by rows";

    private final double[][] logits;
    private final double[][] features;
    private final int[] labels;
    private final long @Nullable [] keys;
    private final Map<String, Quantity.Rows> quantities;

    /**
     * @param logits {@code [n][K]}
     * @param features input of the last linear layer {@code [n][d]}; d = 0 if nothing reads it
     * @param labels true classes {@code [n]}, or {@link #UNKNOWN}
     */
    public Readings(double[][] logits, double[][] features, int[] labels) {
        this(logits, features, labels, null);
    }

    /**
     * @param keys hashes of the items' own content, by which samples are drawn; null to take those of what was read. Only the
     *     former do not change with the network's rounding
     */
    public Readings(double[][] logits, double[][] features, int[] labels, long @Nullable [] keys) {
        this(logits, features, labels, keys, Map.of());
    }

    /** @param quantities what else was read, by the quantities' names */
    public Readings(
            double[][] logits,
            double[][] features,
            int[] labels,
            long @Nullable [] keys,
            Map<String, Quantity.Rows> quantities) {
        for (Quantity.Rows rows : quantities.values()) {
            if (rows.values().length != logits.length) {
                throw new ShapeException("Expected as many rows of each quantity as of logits, but found "
                        + rows.values().length + " and " + logits.length);
            }
        }
        if (features.length != logits.length || labels.length != logits.length) {
            throw new ShapeException("Expected as many rows of features and labels as of logits, but found "
                    + features.length + ", " + labels.length + " and " + logits.length);
        }
        this.logits = logits;
        this.features = features;
        this.labels = labels;
        this.keys = keys;
        this.quantities = Map.copyOf(quantities);
    }

    /**
     * Reads the evidence of a batch.
     *
     * @param labels true classes {@code [n]}, or {@link #UNKNOWN}
     * @param keys hashes of the items' contents, or null
     * @param features whether the input of the last linear layer is read
     */
    static Readings of(
            Evidence evidence,
            int[] labels,
            long @Nullable [] keys,
            boolean features,
            Collection<Quantity> quantities) {
        double[][] h = features
                ? evidence.once(
                        FEATURES,
                        double[][].class,
                        Score.Source.HEAD,
                        () -> rows(GradNorm.features(evidence.network(), evidence.features())))
                : new double[evidence.size()][0];
        Map<String, Quantity.Rows> read = new LinkedHashMap<>();
        for (Quantity q : quantities) {
            Score.Source source =
                    q.work(2).isEmpty() ? Score.Source.LAYERS : q.work(2).get(0).source();
            read.put(q.name(), evidence.once(q.name(), Quantity.Rows.class, source, () -> q.read(evidence)));
        }
        return new Readings(evidence.logits(), h, labels, keys, read);
    }

    /** All rows of several, in order; they were read alike. */
    static Readings joined(List<Readings> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        int n = parts.stream().mapToInt(Readings::size).sum();
        double[][] z = new double[n][];
        double[][] h = new double[n][];
        int[] y = new int[n];
        long[] keys = new long[n];
        Map<String, Quantity.Rows> quantities = new LinkedHashMap<>();
        int at = 0;
        for (Readings part : parts) {
            System.arraycopy(part.logits, 0, z, at, part.size());
            System.arraycopy(part.features, 0, h, at, part.size());
            System.arraycopy(part.labels, 0, y, at, part.size());
            for (int i = 0; i < part.size(); i++) {
                keys[at + i] = part.key(i);
            }
            int start = at;
            part.quantities.forEach((name, rows) -> System.arraycopy(
                    rows.values(),
                    0,
                    quantities
                            .computeIfAbsent(name, k -> new Quantity.Rows(new double[n][], rows.layout()))
                            .values(),
                    start,
                    part.size()));
            at += part.size();
        }
        return new Readings(z, h, y, keys, quantities);
    }

    /** Names of what was read beside logits and features. */
    public Set<String> quantities() {
        return quantities.keySet();
    }

    /**
     * What was read of a quantity.
     *
     * @throws DetectorException if it was not
     */
    public Quantity.Rows quantity(String name) {
        Quantity.Rows rows = quantities.get(name);
        if (rows == null) {
            throw new DetectorException(
                    "Expected " + name + " to be read of the items, but found " + quantities.keySet()
                            + " beside logits and features; read them of the network, not of features alone");
        }
        return rows;
    }

    /** As {@link #quantity(String)}, of so many columns. */
    Quantity.Rows quantity(String name, int width) {
        Quantity.Rows rows = quantity(name);
        if (rows.values().length > 0 && rows.values()[0].length != width) {
            throw new ShapeException("Expected " + width + " numbers per item as " + name + ", but found "
                    + rows.values()[0].length + "; fit the detector again for inputs of this size");
        }
        return rows;
    }

    /** Rows without known classes. */
    public static Readings of(double[][] logits, double[][] features) {
        int[] unknown = new int[logits.length];
        Arrays.fill(unknown, UNKNOWN);
        return new Readings(logits, features, unknown);
    }

    /** Rows of arrays {@code [n, K]}, {@code [n, d]}. */
    public static Readings of(Array logits, Array features, int[] labels) {
        return new Readings(rows(logits), rows(features), labels);
    }

    /** A matrix by rows. */
    static double[][] rows(Array matrix) {
        if (matrix.rank() != 2) {
            throw new ShapeException("Expected a matrix, but found " + matrix);
        }
        int d = matrix.dim(1);
        double[] flat = matrix.toDoubles();
        double[][] out = new double[matrix.dim(0)][];
        for (int i = 0; i < out.length; i++) {
            out[i] = Arrays.copyOfRange(flat, i * d, (i + 1) * d);
        }
        return out;
    }

    public int size() {
        return logits.length;
    }

    public double[] logits(int row) {
        return logits[row];
    }

    public double[] features(int row) {
        return features[row];
    }

    /** True class, or {@link #UNKNOWN}. */
    public int label(int row) {
        return labels[row];
    }

    /** The largest logit's class, the first of equals. */
    public int prediction(int row) {
        return Softmax.argmax(logits[row]);
    }

    /** The true class, the predicted one where it is unknown. */
    public int labelOrPrediction(int row) {
        return labels[row] == UNKNOWN ? prediction(row) : labels[row];
    }

    /** Whether logits and features of a row are finite numbers; who reads other quantities looks at these. */
    public boolean finite(int row) {
        return Vectors.finite(logits[row]) && Vectors.finite(features[row]);
    }

    /** The finite rows, in order. */
    public Readings finite() {
        int[] kept = IntStream.range(0, size()).filter(this::finite).toArray();
        return kept.length == size() ? this : select(kept);
    }

    /** Some rows, in the given order. */
    public Readings select(int... rows) {
        double[][] z = new double[rows.length][];
        double[][] h = new double[rows.length][];
        int[] y = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            z[i] = logits[rows[i]];
            h[i] = features[rows[i]];
            y[i] = labels[rows[i]];
        }
        Map<String, Quantity.Rows> q = new LinkedHashMap<>();
        quantities.forEach((name, all) -> q.put(name, all.select(rows)));
        return new Readings(
                z,
                h,
                y,
                keys == null ? null : IntStream.of(rows).mapToLong(r -> keys[r]).toArray(),
                q);
    }

    /** By which samples are drawn. */
    long key(int row) {
        if (keys != null) {
            return keys[row];
        }
        long h = mix(labels[row]);
        for (double v : features[row]) {
            h = mix(h ^ Double.doubleToLongBits(v + 0.0)); // -0.0 is 0.0
        }
        for (double v : logits[row]) {
            h = mix(h ^ Double.doubleToLongBits(v + 0.0));
        }
        return h;
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014), after a step of its sequence. */
    private static long mix(long x) {
        long z = x + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}

package dev.qualm.attribution;

import dev.qualm.Provenance;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Means of a one-pass method's maps over several points that each input is turned into: a path from a baseline, noisy copies.
 */
/*
 * The map is F * sum_k w_k m(p_k(x)) with F a linear function of x. Its pullback of u is
 * F' u sum_k w_k m_k + sum_k w_k P_k(M_k(F u)), with M_k the pullback of m at p_k and P_k that of p_k at x. Points of all inputs go through the network in
 * micro-batches; sums are in double precision.
 */
final class AveragedMaps implements Explainer, DifferentiableMaps {
    /** How an input becomes points. */
    interface Path {
        int size();

        double weight(int k);

        /** Adds to {@code out} the gradient by the input, given the one by point k. */
        void pull(int k, double[] x, double[] g, double[] out);

        /** Writes point k of an input. */
        void point(int k, double[] x, int[] shape, double[] out);

        /** What the mean is multiplied with at element i, a function of x. */
        default double factor(double x, int i, int[] shape) {
            return 1;
        }

        /** The derivative of that by x, the same everywhere. */
        default double factorSlope() {
            return 0;
        }
    }

    /** Rows whose derivatives are held at once; beyond, they are computed anew for each pullback. */
    private static final long ELEMENTS_HELD = 1L << 22;

    private final Attribution method;
    private final GraphExplainer inner;
    private final Network network;
    private final Target target;
    private final Path path;
    private final SmoothGrad.Moment moment;
    private final double innerPasses;

    private AveragedMaps(
            Attribution method,
            GraphAttribution inner,
            Network network,
            Target target,
            Path path,
            SmoothGrad.Moment moment,
            Map<String, Array> further) {
        this.method = method;
        this.inner = new GraphExplainer(inner, network, target, further);
        this.network = network;
        this.target = target;
        this.path = path;
        this.moment = moment;
        this.innerPasses = inner.passes();
    }

    static AveragedMaps of(Attribution method, GraphAttribution inner, Network network, Target target, Path path) {
        return of(method, inner, network, target, path, SmoothGrad.Moment.MEAN);
    }

    static AveragedMaps of(
            Attribution method,
            GraphAttribution inner,
            Network network,
            Target target,
            Path path,
            SmoothGrad.Moment moment) {
        if (!network.inputs().get(0).type().isFloating()) {
            throw new UnsupportedModelException("Method " + method.name() + " changes the values of its input: expected"
                    + " an input of floats, but found " + network.inputs().get(0)
                    + "; take a method of one reverse pass, such as gradient-times-input");
        }
        return new AveragedMaps(method, inner, network, target, path, moment, Map.of());
    }

    private double passes() {
        return path.size() * innerPasses + 1;
    }

    @Override
    public Explanation explain(Array batch, int[] classes) {
        Results results = new Results(method.completeness());
        List<Array> maps = new ArrayList<>();
        for (MicroBatches.Part part : MicroBatches.of(network, batch, classes)) {
            Array rows = part.rows();
            Array logits = inner.logits(rows);
            int[] resolved = resolved(logits, part.of(classes));
            Sums sums = new Sums(rows);
            for (Chunk c : chunks(rows)) {
                sums.add(c, inner.raw(c.points, c.classes(resolved)));
            }
            Array map = sums.map();
            results.add(map, logits, inner.promised(method, rows, logits, resolved), resolved, target.quantity());
            maps.add(map);
        }
        return results.explanation(
                maps.isEmpty() ? batch : Array.concat(maps),
                results.warningsOfGradients(inner.warnings()),
                passes(),
                provenance());
    }

    private static int[] resolved(Array logits, int[] classes) {
        double[][] z = Results.rows(logits);
        int[] out = classes.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] = Results.chosen(out[i], z[i]);
        }
        return out;
    }

    private Provenance provenance() {
        Provenance p = Provenance.of(method.name());
        for (Map.Entry<String, Object> e : method.parameters().entrySet()) {
            p = p.with(e.getKey(), e.getValue());
        }
        return p.with("of", inner.provenance()).with("passes", passes());
    }

    /** Some points of some inputs: row r is point {@code (from + r) % size} of input {@code (from + r) / size}. */
    private final class Chunk {
        final int from;
        final Array points;

        Chunk(Array rows, int from, int to) {
            this.from = from;
            int[] shape = rows.shape();
            int size = rows.size() / shape[0];
            double[] x = rows.toDoubles();
            double[] out = new double[(to - from) * size];
            double[] item = new double[size];
            double[] point = new double[size];
            for (int r = from; r < to; r++) {
                System.arraycopy(x, r / path.size() * size, item, 0, size);
                path.point(r % path.size(), item, shape, point);
                System.arraycopy(point, 0, out, (r - from) * size, size);
            }
            shape[0] = to - from;
            Array array = Array.of(out, shape);
            this.points = network.precision() == Precision.FLOAT32 ? array.asFloat32() : array;
        }

        int rows() {
            return points.dim(0);
        }

        int input(int r) {
            return (from + r) / path.size();
        }

        int point(int r) {
            return (from + r) % path.size();
        }

        int[] classes(int[] perInput) {
            int[] c = new int[rows()];
            for (int r = 0; r < c.length; r++) {
                c[r] = perInput[input(r)];
            }
            return c;
        }
    }

    private List<Chunk> chunks(Array rows) {
        int all = rows.dim(0) * path.size();
        int most = Math.max(1, MicroBatches.rows(network, rows));
        List<Chunk> chunks = new ArrayList<>();
        for (int from = 0; from < all; from += most) {
            chunks.add(new Chunk(rows, from, Math.min(all, from + most)));
        }
        return chunks;
    }

    /** Weighted sums of maps, and of their squares, per input. */
    private final class Sums {
        private final double[] x;
        private final int[] shape;
        private final int size;
        private final double[] first;
        private final double[] second;

        Sums(Array rows) {
            x = rows.toDoubles();
            shape = rows.shape();
            size = shape[0] == 0 ? 0 : x.length / shape[0];
            first = new double[x.length];
            second = moment == SmoothGrad.Moment.MEAN ? new double[0] : new double[x.length];
        }

        void add(Chunk c, Array maps) {
            double[] m = maps.toDoubles();
            for (int r = 0; r < c.rows(); r++) {
                double weight = path.weight(c.point(r));
                int at = c.input(r) * size;
                for (int i = 0; i < size; i++) {
                    double v = m[r * size + i];
                    first[at + i] += weight * v;
                    if (second.length > 0) {
                        second[at + i] += weight * v * v;
                    }
                }
            }
        }

        double factor(int at) {
            return path.factor(x[at], at % size, shape);
        }

        Array map() {
            double[] out = new double[x.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = switch (moment) {
                    case MEAN -> factor(i) * first[i];
                    case SQUARE -> second[i];
                    case VARIANCE -> Math.max(0, second[i] - first[i] * first[i]);
                };
            }
            Array array = Array.of(out, shape);
            return network.precision() == Precision.FLOAT32 ? array.asFloat32() : array;
        }
    }

    @Override
    public Point at(Array batch, int[] classes) {
        return new AveragedPoint(batch, classes);
    }

    private final class AveragedPoint implements Point {
        private final Array batch;
        private final Array logits;
        private final int[] classes;
        private final List<Chunk> chunks;
        private final Sums sums;
        private final List<Point> held = new ArrayList<>();

        AveragedPoint(Array batch, int[] asked) {
            MicroBatches.check(batch, asked);
            this.batch = batch;
            logits = inner.logits(batch);
            classes = resolved(logits, asked);
            chunks = chunks(batch);
            sums = new Sums(batch);
            boolean hold = (long) batch.size() * path.size() <= ELEMENTS_HELD;
            try {
                for (Chunk c : chunks) {
                    Point p = inner.at(c.points, c.classes(classes));
                    sums.add(c, p.maps());
                    if (hold) {
                        held.add(p);
                    } else {
                        p.close();
                    }
                }
            } catch (RuntimeException e) {
                close();
                throw e;
            }
        }

        @Override
        public Array maps() {
            return sums.map();
        }

        @Override
        public Array logits() {
            return logits;
        }

        @Override
        public Array pullback(@Nullable Array u, @Nullable Array v) {
            double[] out = new double[batch.size()];
            if (u != null) {
                addMaps(u.toDoubles(), out);
            }
            if (v != null) {
                try (Point p = inner.at(batch, classes)) {
                    double[] g = p.pullback(null, v).toDoubles();
                    for (int i = 0; i < out.length; i++) {
                        out[i] += g[i];
                    }
                }
            }
            Array array = Array.of(out, batch.shape());
            return network.precision() == Precision.FLOAT32 ? array.asFloat32() : array;
        }

        private void addMaps(double[] u, double[] out) {
            for (int i = 0; i < out.length && moment == SmoothGrad.Moment.MEAN; i++) {
                out[i] += path.factorSlope() * u[i] * sums.first[i];
            }
            for (int k = 0; k < chunks.size(); k++) {
                Chunk c = chunks.get(k);
                Point p = held.isEmpty() ? inner.at(c.points, c.classes(classes)) : held.get(k);
                try {
                    pull(c, p, u, out);
                } finally {
                    if (held.isEmpty()) {
                        p.close();
                    }
                }
            }
        }

        private void pull(Chunk c, Point p, double[] u, double[] out) {
            int size = sums.size;
            double[] m =
                    moment == SmoothGrad.Moment.MEAN ? new double[0] : p.maps().toDoubles();
            double[] w = new double[c.rows() * size];
            for (int r = 0; r < c.rows(); r++) {
                double weight = path.weight(c.point(r));
                for (int i = 0; i < size; i++) {
                    int at = c.input(r) * size + i;
                    double slope = switch (moment) {
                        case MEAN -> sums.factor(at);
                        case SQUARE -> 2 * m[r * size + i];
                        case VARIANCE -> 2 * (m[r * size + i] - sums.first[at]);
                    };
                    w[r * size + i] = weight * slope * u[at];
                }
            }
            Array cotangent = Array.of(w, c.points.shape());
            double[] g = p.pullback(cotangent, null).toDoubles();
            for (int r = 0; r < c.rows(); r++) {
                int at = c.input(r) * size;
                double[] sum = new double[size];
                path.pull(
                        c.point(r),
                        Arrays.copyOfRange(sums.x, at, at + size),
                        Arrays.copyOfRange(g, r * size, (r + 1) * size),
                        sum);
                for (int i = 0; i < size; i++) {
                    out[at + i] += sum[i];
                }
            }
        }

        @Override
        public void close() {
            held.forEach(Point::close);
            held.clear();
        }
    }

    /** The same with other values of further inputs; closing either closes both. */
    AveragedMaps with(Map<String, Array> further) {
        return new AveragedMaps(this, further);
    }

    private AveragedMaps(AveragedMaps other, Map<String, Array> further) {
        this.method = other.method;
        this.inner = other.inner.with(further);
        this.network = other.network;
        this.target = other.target;
        this.path = other.path;
        this.moment = other.moment;
        this.innerPasses = other.innerPasses;
    }

    @Override
    public void close() {
        inner.close();
    }
}

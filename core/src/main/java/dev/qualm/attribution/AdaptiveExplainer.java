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
import java.util.stream.IntStream;

/** {@link AdaptivePath} on one network. Thread-safe. */
/*
 * The nodes of 2 N steps are those of N and the midpoints between them, so the weighted sum of gradients is kept and each round adds
 * midpoints alone. Nodes of all inputs that are not done fill micro-batches together; done inputs are no longer among them.
 */
public final class AdaptiveExplainer implements Explainer {
    private final AdaptivePath method;
    private final GraphExplainer inner;
    private final Network network;
    private final Target target;
    private final double innerPasses;

    AdaptiveExplainer(AdaptivePath method, Network network, Target target) {
        if (!network.inputs().get(0).type().isFloating()) {
            throw new UnsupportedModelException("Method " + method.name() + " changes the values of its input: expected"
                    + " an input of floats, but found " + network.inputs().get(0)
                    + "; take a method of one reverse pass, such as gradient-times-input");
        }
        GradientMap gradient = new GradientMap(false);
        this.method = method;
        this.network = network;
        this.target = target;
        this.inner = new GraphExplainer(gradient, network, target);
        this.innerPasses = gradient.passes();
    }

    @Override
    public Explanation explain(Array batch, int[] classes) {
        return solve(batch, classes).explanation();
    }

    /** As {@link #explain(Array, int[])}, with the number of steps that each input took. */
    public AdaptivePath.Result solve(Array batch, int[] classes) {
        MicroBatches.check(batch, classes);
        Results results = new Results(method.completeness());
        int n = classes.length;
        if (n == 0) {
            Explanation none = results.explanation(batch, inner.warnings(), 1, provenance(1, new int[0]));
            return new AdaptivePath.Result(none, new int[0], new boolean[0]);
        }
        Array logits = Array.concat(MicroBatches.of(network, batch).stream()
                .map(p -> inner.logits(p.rows()))
                .toList());
        double[][] z = Results.rows(logits);
        int[] resolved = new int[n];
        Arrays.setAll(resolved, i -> Results.chosen(classes[i], z[i]));
        Array promised = inner.promised(method, batch, logits, resolved);
        Lines lines = new Lines(batch, resolved, promised.toDoubles());
        lines.solve();
        Array map = lines.map();
        results.add(map, logits, promised, resolved, target.quantity());
        double passes = 1 + innerPasses * lines.gradients / n;
        Explanation found = results.explanation(
                map,
                results.warningsOfGradients(lines.warnings(inner.warnings())),
                passes,
                provenance(passes, lines.steps));
        return new AdaptivePath.Result(found, lines.steps, lines.converged);
    }

    private Provenance provenance(double passes, int[] steps) {
        Provenance p = Provenance.of(method.name());
        for (Map.Entry<String, Object> e : method.parameters().entrySet()) {
            p = p.with(e.getKey(), e.getValue());
        }
        if (steps.length > 0) {
            int least = Arrays.stream(steps).min().getAsInt();
            int most = Arrays.stream(steps).max().getAsInt();
            p = p.with("steps", least == most ? "" + least : least + " to " + most);
        }
        return p.with("of", inner.provenance()).with("passes", passes);
    }

    /** The lines of a batch, and the sums of the gradients on them. */
    private final class Lines {
        private final Array batch;
        private final int[] classes;
        private final double[] promised;
        private final double[] x;
        private final double[] origin;
        private final int size;
        private final double[] sums;
        private final int[] steps;
        private final boolean[] converged;
        private double gradients;

        Lines(Array batch, int[] classes, double[] promised) {
            this.batch = batch;
            this.classes = classes;
            this.promised = promised;
            x = batch.toDoubles();
            origin = method.baseline().item(batch.shape(), false).toDoubles();
            size = origin.length;
            sums = new double[x.length];
            steps = new int[classes.length];
            converged = new boolean[classes.length];
        }

        void solve() {
            int[] open = IntStream.range(0, classes.length).toArray();
            for (int n = AdaptivePath.FEWEST; open.length > 0; n *= 2) {
                add(open, n == AdaptivePath.FEWEST ? ends(n) : midpoints(n));
                int now = n;
                open = Arrays.stream(open).filter(i -> isOpen(i, now)).toArray();
            }
        }

        private static double[] ends(int n) {
            return IntStream.rangeClosed(0, n).mapToDouble(k -> (double) k / n).toArray();
        }

        private static double[] midpoints(int n) {
            return IntStream.range(0, n / 2).mapToDouble(k -> (2 * k + 1.0) / n).toArray();
        }

        /** Whether an input needs more than n steps; one that is not finite never gets better. */
        private boolean isOpen(int i, int n) {
            steps[i] = n;
            double sum = 0;
            for (int k = 0; k < size; k++) {
                sum += element(i * size + k);
            }
            double residual = Math.abs(sum - promised[i]);
            converged[i] = residual <= method.tolerance() * Math.max(Math.abs(promised[i]), AdaptivePath.SMALL);
            return !converged[i] && Double.isFinite(residual) && n < AdaptivePath.MOST;
        }

        private double element(int at) {
            return (x[at] - origin[at % size]) * sums[at] / steps[at / size];
        }

        /** Adds the gradients at these nodes of the lines of some inputs. */
        private void add(int[] inputs, double[] nodes) {
            long all = (long) inputs.length * nodes.length;
            int most = Math.max(1, MicroBatches.rows(network, batch));
            for (long from = 0; from < all; from += most) {
                int rows = (int) Math.min(most, all - from);
                int[] owner = new int[rows];
                int[] explained = new int[rows];
                double[] t = new double[rows];
                double[] points = new double[rows * size];
                for (int r = 0; r < rows; r++) {
                    owner[r] = inputs[(int) ((from + r) / nodes.length)];
                    explained[r] = classes[owner[r]];
                    t[r] = nodes[(int) ((from + r) % nodes.length)];
                    for (int k = 0; k < size; k++) {
                        points[r * size + k] = origin[k] + t[r] * (x[owner[r] * size + k] - origin[k]);
                    }
                }
                gradients += rows;
                double[] g = inner.raw(array(points, rows), explained).toDoubles();
                for (int i = 0; i < g.length; i++) {
                    int r = i / size;
                    double weight = t[r] == 0 || t[r] == 1 ? 0.5 : 1;
                    sums[owner[r] * size + i % size] += weight * g[i];
                }
            }
        }

        private Array array(double[] values, int rows) {
            int[] shape = batch.shape();
            shape[0] = rows;
            Array array = Array.of(values, shape);
            return network.precision() == Precision.FLOAT32 ? array.asFloat32() : array;
        }

        Array map() {
            double[] out = new double[x.length];
            Arrays.setAll(out, this::element);
            return array(out, classes.length);
        }

        List<String> warnings(List<String> ofMethod) {
            List<String> all = new ArrayList<>(ofMethod);
            long failed = IntStream.range(0, steps.length)
                    .filter(i -> !converged[i] && steps[i] == AdaptivePath.MOST)
                    .count();
            if (failed > 0) {
                all.add(failed + " of " + steps.length + " inputs did not converge: after " + AdaptivePath.MOST
                        + " steps the residual is above " + method.tolerance() + " of the change of the output;"
                        + " take a larger tolerance, or load the network in double precision");
            }
            return all;
        }
    }

    @Override
    public void close() {
        inner.close();
    }
}

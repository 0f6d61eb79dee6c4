package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.Network;
import dev.qualm.network.Structure;
import dev.qualm.network.Sweep;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;

/** The logits of a few inputs, and gradients of functions of them by the inputs. */
final class Pass implements AutoCloseable {
    private final Network network;
    private final Sweep sweep;
    private final Array raw;
    private final double[][] logits;

    private Pass(Network network, Sweep sweep, Array raw) {
        this.network = network;
        this.sweep = sweep;
        this.raw = raw;
        logits = rows(network.asLogits(raw));
    }

    static Pass of(Network network, Array batch) {
        Sweep sweep = Sweep.of(network, batch);
        try (NativeScope scope = NativeScope.values()) {
            return new Pass(network, sweep, Tensors.toArray(sweep.logits()));
        } catch (RuntimeException e) {
            sweep.close();
            throw e;
        }
    }

    /** {@code [n][classes]}. */
    double[][] logits() {
        return logits;
    }

    /**
     * Gradient of {@code sum(cotangent * logits)} by the inputs, row-major. Costs a pass.
     *
     * @param cotangent {@code [n][classes]}
     */
    double[] gradient(double[][] cotangent) {
        Structure structure = network.structure();
        boolean logarithms = !structure.trueLogits() && structure.kind() == OutputKind.PROBABILITIES;
        double[] flat = flat(cotangent);
        for (int j = 0; logarithms && j < flat.length; j++) {
            // The logits are logarithms of what the graph holds.
            flat[j] = flat[j] == 0 ? 0 : flat[j] / raw.get(j);
        }
        return sweep.gradient(Array.of(flat, raw.shape())).toDoubles();
    }

    @Override
    public void close() {
        sweep.close();
    }

    static double[][] rows(Array matrix) {
        int width = matrix.dim(1);
        double[][] out = new double[matrix.dim(0)][width];
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < width; j++) {
                out[i][j] = matrix.get(i * width + j);
            }
        }
        return out;
    }

    static Array matrix(double[][] rows) {
        return Array.of(flat(rows), rows.length, rows.length == 0 ? 0 : rows[0].length);
    }

    private static double[] flat(double[][] rows) {
        int width = rows.length == 0 ? 0 : rows[0].length;
        double[] out = new double[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, out, i * width, width);
        }
        return out;
    }

    /** Place of the largest entry, the first of equal ones. @param but a place that does not count, or -1 */
    static int largest(double[] z, int but) {
        int best = but == 0 ? 1 : 0;
        for (int k = best + 1; k < z.length; k++) {
            best = k != but && z[k] > z[best] ? k : best;
        }
        return best;
    }
}

package dev.qualm.detect.fitted;

import dev.qualm.detect.Evidence;
import dev.qualm.network.Network;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Row sums of the Gram matrices of layers' channels, of powers 1 to {@code powers} of their activations (Sastry, Oore 2020): with
 * {@code b = a^q}, {@code G_c = sum_s b_cs sum_d b_ds}, taken to {@code sign(G) |G|^(1/q)}. The columns are layer by layer, in each power by
 * power, in each channel by channel; the layout is the number of channels of each layer.
 *
 * @param layers which; axis 1 is the channels
 */
record GramSums(Layers layers, int powers) implements Quantity {
    @Override
    public String name() {
        return "Gram sums of " + layers.text() + ", powers to " + powers;
    }

    @Override
    public Set<String> tensors(Network network) {
        return new LinkedHashSet<>(layers.of(network));
    }

    @Override
    public @Nullable String refusal(Network network) {
        return layers.refusal(network);
    }

    @Override
    public Rows read(Evidence evidence) {
        int n = evidence.size();
        List<String> names = layers.of(evidence.network());
        int[] channels = new int[names.size()];
        for (int l = 0; l < channels.length; l++) {
            var tensor = evidence.tensor(names.get(l));
            channels[l] = tensor.rank() < 2 ? 1 : tensor.dim(1);
        }
        double[][] values = new double[n][powers * IntStream.of(channels).sum()];
        int at = 0;
        for (int l = 0; l < channels.length; l++) {
            double[][] items = Quantity.items(names.get(l), evidence.tensor(names.get(l)), n);
            for (int i = 0; i < n; i++) {
                write(items[i], channels[l], values[i], at);
            }
            at += powers * channels[l];
        }
        return new Rows(values, channels);
    }

    /** One item's sums of one layer. */
    private void write(double[] a, int channels, double[] out, int at) {
        int positions = channels == 0 ? 0 : a.length / channels;
        double[] b = a.clone();
        double[] column = new double[positions];
        for (int q = 1; q <= powers; q++) {
            if (q > 1) {
                for (int k = 0; k < b.length; k++) {
                    b[k] *= a[k];
                }
            }
            java.util.Arrays.fill(column, 0);
            for (int c = 0; c < channels; c++) {
                for (int s = 0; s < positions; s++) {
                    column[s] += b[c * positions + s];
                }
            }
            for (int c = 0; c < channels; c++) {
                double g = 0;
                for (int s = 0; s < positions; s++) {
                    g += b[c * positions + s] * column[s];
                }
                out[at++] = Math.signum(g) * Math.pow(Math.abs(g), 1.0 / q);
            }
        }
    }
}

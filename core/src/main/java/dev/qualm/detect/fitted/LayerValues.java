package dev.qualm.detect.fitted;

import dev.qualm.detect.Evidence;
import dev.qualm.network.Network;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The elements of layers' outputs, layer after layer; the layout is the number of elements of each.
 *
 * @param layers which
 */
record LayerValues(Layers layers) implements Quantity {
    @Override
    public String name() {
        return "values of " + layers.text();
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
        double[][][] parts = new double[names.size()][][];
        int[] layout = new int[parts.length];
        for (int l = 0; l < parts.length; l++) {
            parts[l] = Quantity.items(names.get(l), evidence.tensor(names.get(l)), n);
            layout[l] = n == 0 ? 0 : parts[l][0].length;
        }
        double[][] values = new double[n][java.util.stream.IntStream.of(layout).sum()];
        for (int i = 0; i < n; i++) {
            int at = 0;
            for (int l = 0; l < parts.length; l++) {
                System.arraycopy(parts[l][i], 0, values[i], at, layout[l]);
                at += layout[l];
            }
        }
        return new Rows(values, layout);
    }
}

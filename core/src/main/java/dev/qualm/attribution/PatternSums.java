package dev.qualm.attribution;

import dev.qualm.array.Array;
import dev.qualm.network.GradientRules;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What the pattern of one layer is computed from, summed over micro-batches in double precision. */
final class PatternSums {
    private final String weight;
    private final Array values;
    private final int outputAxis;
    private final double[] xy;
    private final double[] x;
    private final double[] positive;
    private final double[] y;
    private double count;

    private PatternSums(String weight, Array values, int outputAxis) {
        this.weight = weight;
        this.values = values;
        this.outputAxis = outputAxis;
        int outputs = values.dim(outputAxis);
        xy = new double[values.size()];
        x = new double[values.size()];
        positive = new double[outputs];
        y = new double[outputs];
    }

    static PatternSums of(GraphWriter w, LinearLayer layer) {
        Node n = layer.node();
        boolean second = n.op().equals("ConvTranspose")
                || n.op().equals("MatMul")
                || n.op().equals("Gemm") && n.attributes().getInt("transB", 0) == 0;
        Array weights = java.util.Objects.requireNonNull(w.constant(layer.weight()));
        int axis = n.op().equals("MatMul") ? weights.rank() - 1 : second ? 1 : 0;
        return new PatternSums(layer.weight(), weights, axis);
    }

    static List<String> keys(String weight) {
        return List.of(weight + "#xy", weight + "#x", weight + "#positive", weight + "#y", weight + "#count");
    }

    /** Writes the sums over one micro-batch and returns their names by key. */
    static Map<String, String> write(GraphWriter w, LinearLayer layer, boolean last) {
        Node n = layer.node();
        String out = layer.output();
        String signal = last ? out : w.node("Relu", out);
        String one = w.node("Add", w.node("Mul", out, w.number(0)), w.number(1));
        String mask = last ? one : w.node("Sign", w.node("Relu", out));
        int rank = java.util.Objects.requireNonNull(w.shape(out)).length;
        int channel = n.op().equals("MatMul") ? rank - 1 : 1;
        long[] others = IntStream.range(0, rank)
                .filter(a -> a != channel)
                .asLongStream()
                .toArray();
        String axes = w.constant("axes", Array.of(others, others.length));
        Map<String, String> names = new LinkedHashMap<>();
        List<String> keys = keys(layer.weight());
        names.put(keys.get(0), GradientRules.ofInput(w, n, 1, signal));
        names.put(keys.get(1), GradientRules.ofInput(w, n, 1, mask));
        names.put(keys.get(2), sum(w, mask, axes));
        names.put(keys.get(3), sum(w, out, axes));
        names.put(keys.get(4), sum(w, one, axes));
        return names;
    }

    private static String sum(GraphWriter w, String tensor, String axes) {
        return w.node("ReduceSum", List.of(tensor, axes), Attributes.NONE.with("keepdims", 0L));
    }

    void add(Map<String, Array> out) {
        List<String> keys = keys(weight);
        add(xy, out, keys.get(0));
        add(x, out, keys.get(1));
        add(positive, out, keys.get(2));
        add(y, out, keys.get(3));
        count += java.util.Objects.requireNonNull(out.get(keys.get(4))).get(0);
    }

    private static void add(double[] sums, Map<String, Array> out, String key) {
        double[] more = java.util.Objects.requireNonNull(out.get(key)).toDoubles();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += more[i];
        }
    }

    /** cov = E[x y | y > 0] - E[x | y > 0] E[y], divided by its product with the weights. */
    Array pattern() {
        double[] cov = new double[values.size()];
        double[] product = new double[positive.length];
        int inner = 1;
        for (int a = outputAxis + 1; a < values.rank(); a++) {
            inner *= values.dim(a);
        }
        for (int i = 0; i < cov.length; i++) {
            int j = i / inner % positive.length;
            if (positive[j] > 0) {
                cov[i] = xy[i] / positive[j] - x[i] / positive[j] * (y[j] / count);
                product[j] += values.get(i) * cov[i];
            }
        }
        for (int i = 0; i < cov.length; i++) {
            int j = i / inner % positive.length;
            cov[i] = product[j] == 0 ? 0 : cov[i] / product[j];
        }
        return Array.of(cov, values.shape());
    }
}

package dev.qualm.attribution;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs {@link Occlusion}: the windows of all inputs share batches. */
final class OcclusionExplainer implements Explainer {
    private final Occlusion method;
    private final Network network;
    private final Target target;

    OcclusionExplainer(Occlusion method, Network network, Target target) {
        this.method = method;
        // A view of its own, so that the network may be closed before its explainer.
        this.network = network.with(graph -> graph);
        this.target = target;
    }

    @Override
    public Explanation explain(Array batch, int[] classes) {
        MicroBatches.check(batch, classes);
        Results results = new Results(method.completeness());
        int[] shape = batch.shape();
        int[] window = method.windowFor(shape);
        int[][] positions = Occlusion.positions(shape, window, method.strideFor(shape));
        boolean[][] masks = new boolean[positions.length][batch.dim(0) == 0 ? 0 : batch.size() / batch.dim(0)];
        for (int p = 0; p < positions.length; p++) {
            for (int i = 0; i < masks[p].length; i++) {
                masks[p][i] = Occlusion.inside(i, shape, positions[p], window);
            }
        }
        List<Array> maps = new ArrayList<>();
        for (int i = 0; i < batch.dim(0); i++) {
            Array row = batch.slice(i, i + 1);
            Array logits = network.logits(row);
            double[] z = logits.toDoubles();
            int c = Results.chosen(classes[i], z);
            Array map = map(row, masks, target.quantity().of(z, c), c);
            results.add(map, logits, Array.of(new double[1], 1), new int[] {c}, target.quantity());
            maps.add(map);
        }
        return results.explanation(
                maps.isEmpty() ? batch : Array.concat(maps), List.of(), positions.length + 1, provenance());
    }

    private Array map(Array row, boolean[][] masks, double value, int c) {
        int size = row.size();
        double[] x = row.toDoubles();
        double[] sum = new double[size];
        int[] count = new int[size];
        int most = MicroBatches.rows(network, row);
        for (int from = 0; from < masks.length; from += most) {
            int to = Math.min(masks.length, from + most);
            double[] occluded = new double[(to - from) * size];
            for (int p = from; p < to; p++) {
                for (int i = 0; i < size; i++) {
                    occluded[(p - from) * size + i] =
                            masks[p][i] ? method.baseline().at(i, row.shape()) : x[i];
                }
            }
            double[][] z = Results.rows(network.logits(array(occluded, row.shape(), to - from)));
            for (int p = from; p < to; p++) {
                double fall = value - target.quantity().of(z[p - from], c);
                for (int i = 0; i < size; i++) {
                    sum[i] += masks[p][i] ? fall : 0;
                    count[i] += masks[p][i] ? 1 : 0;
                }
            }
        }
        for (int i = 0; i < size; i++) {
            sum[i] = count[i] == 0 ? 0 : sum[i] / count[i];
        }
        return array(sum, row.shape(), 1);
    }

    private Array array(double[] values, int[] like, int rows) {
        int[] shape = like.clone();
        shape[0] = rows;
        Array array = Array.of(values, shape);
        return network.precision() == Precision.FLOAT32 ? array.asFloat32() : array;
    }

    private Provenance provenance() {
        Provenance p = Provenance.of(method.name());
        for (Map.Entry<String, Object> e : method.parameters().entrySet()) {
            p = p.with(e.getKey(), e.getValue());
        }
        return p.with("target", target.quantity().label()).with("precision", network.precision());
    }

    @Override
    public void close() {
        network.close();
    }
}

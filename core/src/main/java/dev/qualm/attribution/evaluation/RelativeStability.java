package dev.qualm.attribution.evaluation;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Relative stability (Agarwal et al. 2022, section 3): the largest relative change of the map, {@code |(h - h') / h|},
 * over random neighbours, divided by how much something else changed: the input relatively (RIS), the logits absolutely
 * (ROS), or a layer's activations relatively (RRS). All three come from the same maps. Euclidean norms of entrywise
 * quotients; lower is better. Costs {@code samples} passes and {@code samples + 1} maps per image, with a tensor one
 * pass more.
 *
 * <p>Entries that are exactly 0 are divided by {@code epsilon} instead, and denominators are at least {@code epsilon},
 * as in Quantus. One tiny entry of a map can therefore decide the value; zero pixels make RIS small. No value for zero
 * maps. The paper takes only neighbours that keep the prediction: {@link Robustness#largestKept}.
 *
 * @param neighbourhood where neighbours come from
 * @param tensor name of the activations for RRS, for example of the features before the last layer; null for none
 * @param epsilon least divisor, positive
 * @param seed start of the noise
 */
public record RelativeStability(
        Neighbourhood neighbourhood, @Nullable String tensor, double epsilon, long seed) implements MapEvaluation {
    public RelativeStability {
        if (!(epsilon > 0)) {
            throw new EvaluationException("Expected a positive epsilon, but found " + epsilon);
        }
    }

    /** 20 neighbours, uniform within 0.2, epsilon 1e-6, no tensor. Quantus takes 200. */
    public static RelativeStability defaults(long seed) {
        return new RelativeStability(Neighbourhood.uniform(20, 0.2), null, 1e-6, seed);
    }

    public RelativeStability withTensor(String name) {
        return new RelativeStability(neighbourhood, name, epsilon, seed);
    }

    public RelativeStability withNeighbourhood(Neighbourhood other) {
        return new RelativeStability(other, tensor, epsilon, seed);
    }

    /**
     * The three stabilities.
     *
     * @param input RIS
     * @param output ROS
     * @param representation RRS; null without a tensor
     */
    public record Result(
            Robustness input, Robustness output, @Nullable Robustness representation) {}

    /** RIS; {@link #stability} gives the others. */
    @Override
    public Evaluation evaluate(Network network, MapFunction maps, Array batch, int[] classes) {
        return stability(network, maps, batch, classes).input().largest();
    }

    /** All that the settings allow. */
    public Result stability(Network network, MapFunction maps, Array batch, int[] classes) {
        if (tensor != null && !network.graph().tensors().contains(tensor)) {
            throw new EvaluationException("Expected the name of a tensor of the network for RRS, but found '" + tensor
                    + "'; its activations are " + network.structure().activations());
        }
        Subject s = Subject.of(network, batch, classes);
        double[][] clean = s.maps(maps);
        for (int i : s.alive()) {
            if (Robustness.norm(clean[i]) == 0) {
                s.fail(i, Status.undefined("the map is zero everywhere, so it has no relative change"));
            }
        }
        double[][] hidden = tensor == null ? new double[s.n()][0] : s.hidden(tensor);
        double[][][] changes = new double[3][s.n()][neighbourhood.samples()];
        boolean[][] flipped = neighbourhood.walk(s, maps, tensor, seed, (i, k, seen) -> {
            double[] moved = Arrays.copyOfRange(seen.rows(), seen.offset(), seen.offset() + s.units.size());
            double change = relative(clean[i], seen.map());
            double logits = Robustness.norm(Robustness.difference(s.logits[i], seen.logits()));
            changes[0][i][k] = change / Math.max(epsilon, relative(s.row(i), moved));
            changes[1][i][k] = change / Math.max(epsilon, logits);
            changes[2][i][k] = change / Math.max(epsilon, relative(hidden[i], seen.hidden()));
        });
        return new Result(
                result("relative input stability", changes[0], flipped, s),
                result("relative output stability", changes[1], flipped, s),
                tensor == null ? null : result("relative representation stability", changes[2], flipped, s));
    }

    private Robustness result(String name, double[][] changes, boolean[][] flipped, Subject s) {
        return Robustness.of(
                name,
                changes,
                flipped,
                s,
                seed,
                s.provenance(name.replace(' ', '-'))
                        .with("neighbourhood", neighbourhood)
                        .with("tensor", tensor == null ? "none" : tensor)
                        .with("epsilon", epsilon));
    }

    private double relative(double[] before, double[] after) {
        double[] out = new double[before.length];
        Arrays.setAll(out, e -> (before[e] - after[e]) / (before[e] == 0 ? epsilon : before[e]));
        return Robustness.norm(out);
    }
}

package dev.qualm.network.operator;

import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.graph.Node;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Line integrals along points that went through a network as one batch. */
final class PathSums {
    /** Elements that are multiplied at a time: with what they come from, they fit the second-level cache. */
    private static final long BLOCK = 1 << 16;

    private PathSums() {}

    static List<Operator> all() {
        return List.of(
                Operator.noGradient("PathSum", PathSums::sum).inDomain(Node.QUALM_DOMAIN),
                Operator.noGradient("PathEnds", PathSums::ends).inDomain(Node.QUALM_DOMAIN));
    }

    /**
     * The sum over the steps of a path of gradient times change.
     *
     * <p>Inputs: values and gradients, both {@code [points * n, ...]}, point by point of n paths; the number of points, INT64. Attributes:
     * {@code rule}, one of {@code right}, {@code left} and {@code trapezoid}, which gradient a step takes; {@code positions}, 1 to sum
     * over all axes behind the second as well. Result: {@code [n, ...]}, or {@code [n, c]}.
     */
    private static Kernel sum(NodeContext node) {
        String rule = node.attributes().getString("rule", "trapezoid");
        boolean positions = node.attributes().getInt("positions", 0) != 0;
        if (!List.of("right", "left", "trapezoid").contains(rule)) {
            throw node.unsupported("expected rule right, left or trapezoid, but found " + rule);
        }
        return Kernel.of(in -> {
            Tensor a = in.get(0);
            Tensor g = in.get(1);
            long points = in.get(2).item_long();
            long n = paths(node, a, points);
            long block = n * Math.max(1, BLOCK * a.size(0) / Math.max(1, a.numel()) / n);
            long steps = (points - 1) * n;
            Tensor sum = null;
            for (long from = 0; from < steps || sum == null; from += block) {
                // Each is freed at once, so that the next block finds its memory in the caches.
                try (NativeScope scope = NativeScope.values()) {
                    Tensor more = block(rule, a, g, n, from, Math.min(block, steps - from), positions && a.dim() > 2);
                    sum = scope.keep(sum == null ? more : sum.add_(more));
                }
            }
            return rule.equals("trapezoid") ? sum.mul_(new Scalar(0.5)) : sum;
        });
    }

    private static Tensor block(String rule, Tensor a, Tensor g, long n, long from, long count, boolean positions) {
        Tensor change = a.narrow(0, from + n, count).sub(a.narrow(0, from, count));
        Tensor product = switch (rule) {
            case "right" -> change.mul_(g.narrow(0, from + n, count));
            case "left" -> change.mul_(g.narrow(0, from, count));
            default -> change.mul_(g.narrow(0, from, count).add(g.narrow(0, from + n, count)));
        };
        return reduced(product, count / n, n, positions);
    }

    private static long paths(NodeContext node, Tensor a, long points) {
        if (points < 1 || a.size(0) % points != 0) {
            throw node.unsupported("expected a multiple of " + points + " rows, but found " + a.size(0));
        }
        return a.size(0) / points;
    }

    /** Inputs: a tensor as of PathSum, the number of points. Result: its rows at the first point, then those at the last. */
    private static Kernel ends(NodeContext node) {
        return Kernel.of(in -> {
            Tensor a = in.get(0);
            long n = paths(node, a, in.get(1).item_long());
            return torch.cat(new TensorVector(a.narrow(0, 0, n), a.narrow(0, a.size(0) - n, n)), 0);
        });
    }

    private static Tensor reduced(Tensor product, long steps, long n, boolean positions) {
        int rank = (int) product.dim();
        if (n == 1) {
            // One reduction over all that is summed.
            long[] axes = new long[positions ? rank - 1 : 1];
            for (int i = 1; i < axes.length; i++) {
                axes[i] = i + 1;
            }
            return torch.sum(product, axes, true, new ScalarTypeOptional())
                    .flatten(positions ? 1 : 0, positions ? -1 : 0);
        }
        Tensor perStep = product;
        if (positions) {
            long[] axes = new long[rank - 2];
            for (int i = 0; i < axes.length; i++) {
                axes[i] = i + 2;
            }
            perStep = torch.sum(product, axes, false, new ScalarTypeOptional());
        }
        long[] split = new long[(int) perStep.dim() + 1];
        split[0] = steps;
        split[1] = n;
        for (int i = 2; i < split.length; i++) {
            split[i] = perStep.size(i - 1);
        }
        return torch.sum(perStep.reshape(split), new long[] {0}, false, new ScalarTypeOptional());
    }
}

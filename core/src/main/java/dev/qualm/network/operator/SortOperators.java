package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Operators that order or search elements. Among equal elements the one with the lower index comes first. */
final class SortOperators {
    private SortOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.of("TopK", SortOperators::topK),
                Operator.noGradient("ArgMax", node -> arg(node, true)),
                Operator.noGradient("ArgMin", node -> arg(node, false)),
                Operator.of("Trilu", SortOperators::trilu),
                Operator.noGradient(
                        "NonZero",
                        node -> Kernel.of(in -> torch.nonzero(in.get(0)).t().contiguous())),
                Operator.of("Unique", SortOperators::unique));
    }

    private static Kernel topK(NodeContext node) {
        long axis = node.attributes().getInt("axis", -1);
        boolean largest = node.attributes().getInt("largest", 1) != 0;
        NodeContext.IntsArgument ks = node.ints("k", 1);
        String at = node.node().label();
        return in -> {
            Tensor x = in.get(0);
            int a = Shapes.axis(axis, x.dim(), at);
            long k = Shapes.single(Shapes.required(ks.get(in), "k", at), "k", at);
            if (k < 0 || k > x.size(a)) {
                throw Shapes.error(at, "expected k from 0 to " + x.size(a) + ", but found " + k);
            }
            // The engine's own topk breaks ties as it likes, ONNX by the lower index: hence a stable sort.
            Tensor order = x.argsort(true, a, largest).narrow(a, 0, k).contiguous();
            return new Tensor[] {x.gather(a, order), order};
        };
    }

    private static Kernel arg(NodeContext node, boolean max) {
        long axis = node.attributes().getInt("axis", 0);
        boolean keep = node.attributes().getInt("keepdims", 1) != 0;
        boolean last = node.attributes().getInt("select_last_index", 0) != 0;
        String at = node.node().label();
        return Kernel.of(in -> {
            int a = Shapes.axis(axis, in.get(0).dim(), at);
            Tensor x = last ? in.get(0).flip(a) : in.get(0);
            if (x.size(a) == 0) {
                throw Shapes.error(at, "expected elements on axis " + a + ", but found shape " + Shapes.text(x));
            }
            LongOptional along = new LongOptional(a);
            Tensor index = max ? torch.argmax(x, along, keep) : torch.argmin(x, along, keep);
            return last ? index.neg().add(new Scalar(x.size(a) - 1)) : index;
        });
    }

    private static Kernel trilu(NodeContext node) {
        boolean upper = node.attributes().getInt("upper", 1) != 0;
        NodeContext.IntsArgument ks = node.ints("", 1);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            if (x.dim() < 2) {
                throw Shapes.error(at, "expected a matrix or a batch of them, but found shape " + Shapes.text(x));
            }
            long[] given = ks.get(in);
            long k = given == null ? 0 : Shapes.single(given, "k", at);
            // Diagonals beyond the matrix are all alike; the bound keeps the engine's arithmetic from overflowing.
            long diagonal = Math.max(-x.size(-2) - 1, Math.min(x.size(-1) + 1, k));
            return upper ? x.triu(diagonal) : x.tril(diagonal);
        });
    }

    /*
     * Which rows are first is found in Java; the rows themselves are then picked natively, which keeps the gradient.
     */
    private static Kernel unique(NodeContext node) {
        boolean flat = !node.attributes().has("axis");
        long axis = node.attributes().getInt("axis", 0);
        boolean sorted = node.attributes().getInt("sorted", 1) != 0;
        String at = node.node().label();
        return in -> {
            Tensor x = flat ? in.get(0).reshape(in.get(0).numel()) : in.get(0);
            int a = Shapes.axis(axis, x.dim(), at);
            int n = (int) x.size(a);
            int width = n == 0 ? 0 : (int) (x.numel() / n);
            Array rows = Tensors.toArray(x.movedim(a, 0).reshape(n, width));
            List<List<Integer>> groups = groups(rows, n, width);
            if (!sorted) {
                groups.sort(Comparator.comparing(g -> g.get(0)));
            }
            long[] first = new long[groups.size()];
            long[] counts = new long[first.length];
            long[] inverse = new long[n];
            for (int g = 0; g < first.length; g++) {
                first[g] = groups.get(g).get(0);
                counts[g] = groups.get(g).size();
                for (int row : groups.get(g)) {
                    inverse[row] = g;
                }
            }
            Tensor firsts = Shapes.vector(first);
            return new Tensor[] {x.index_select(a, firsts), firsts, Shapes.vector(inverse), Shapes.vector(counts)};
        };
    }

    /** Equal rows together, in ascending order of their contents; indices within a group ascend. */
    private static List<List<Integer>> groups(Array rows, int n, int width) {
        Comparator<Integer> byContent = (p, q) -> {
            for (int i = 0; i < width; i++) {
                int c = compare(rows, p * width + i, q * width + i);
                if (c != 0) {
                    return c;
                }
            }
            return 0;
        };
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            order.add(i);
        }
        order.sort(byContent);
        List<List<Integer>> groups = new ArrayList<>();
        for (int i : order) {
            List<Integer> last = groups.isEmpty() ? null : groups.get(groups.size() - 1);
            if (last == null || byContent.compare(last.get(0), i) != 0) {
                last = new ArrayList<>();
                groups.add(last);
            }
            last.add(i);
        }
        return groups;
    }

    private static int compare(Array a, int i, int j) {
        if (a.data() instanceof long[] longs) {
            return Long.compare(longs[i], longs[j]);
        }
        // Adding 0 makes -0 and 0 equal.
        return Double.compare(a.get(i) + 0.0, a.get(j) + 0.0);
    }
}

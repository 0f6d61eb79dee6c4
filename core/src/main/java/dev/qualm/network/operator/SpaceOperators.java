package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Operators that trade channels for space or sample space at given places. */
final class SpaceOperators {
    private SpaceOperators() {}

    static List<Operator> all() {
        // A block of one element moves nothing.
        return List.of(
                Operator.aliasing("DepthToSpace", SpaceOperators::depthToSpace),
                Operator.aliasing("SpaceToDepth", SpaceOperators::spaceToDepth),
                Operator.of("GridSample", GridSampling::create));
    }

    private static Kernel depthToSpace(NodeContext node) {
        long block = block(node);
        String mode = node.attributes().getString("mode", "DCR");
        if (!mode.equals("DCR") && !mode.equals("CRD")) {
            throw node.unsupported("expected mode DCR or CRD, found '" + mode + "'");
        }
        boolean depthFirst = mode.equals("DCR");
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long[] d = dims(node, x);
            long channels = d[1] / (block * block);
            if (channels * block * block != d[1]) {
                throw node.unsupported("expected channels divisible by blocksize squared, found " + Arrays.toString(d));
            }
            Tensor moved = depthFirst
                    ? x.reshape(d[0], block, block, channels, d[2], d[3]).permute(0, 3, 4, 1, 5, 2)
                    : x.reshape(d[0], channels, block, block, d[2], d[3]).permute(0, 1, 4, 2, 5, 3);
            return moved.reshape(d[0], channels, d[2] * block, d[3] * block);
        });
    }

    private static Kernel spaceToDepth(NodeContext node) {
        long block = block(node);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long[] d = dims(node, x);
            if (d[2] % block != 0 || d[3] % block != 0) {
                throw node.unsupported(
                        "expected height and width divisible by blocksize " + block + ", found " + Arrays.toString(d));
            }
            return x.reshape(d[0], d[1], d[2] / block, block, d[3] / block, block)
                    .permute(0, 3, 5, 1, 2, 4)
                    .reshape(d[0], d[1] * block * block, d[2] / block, d[3] / block);
        });
    }

    private static long block(NodeContext node) {
        long block = node.attributes().getInt("blocksize", 0);
        if (block < 1) {
            throw node.unsupported("expected blocksize >= 1, found " + block);
        }
        return block;
    }

    private static long[] dims(NodeContext node, Tensor x) {
        if (x.dim() != 4) {
            throw node.unsupported("expected [n, c, h, w], found " + Arrays.toString(Tensors.dims(x)));
        }
        return Tensors.dims(x);
    }
}

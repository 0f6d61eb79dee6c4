package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.gradient.Parameters.Use;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Inputs;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.jspecify.annotations.Nullable;

/** Per-input gradients of the weight and the bias of Conv and ConvTranspose. */
/*
 * The weight: all inputs become the groups of one convolution with batch 1, whose weight gradient is then the list of the inputs'
 * gradients. Only the shape of the weight is read, so an expanded empty tensor stands for it. Paddings that the engine does not
 * take (one-sided, chosen by auto_pad) and transposed convolutions go the same way through the operator's own kernel, on a
 * small recorded graph.
 */
final class ConvolutionGradient extends NodeGradient {
    private static final int FEW_CHANNELS = 4;

    private final Recorded tape;
    private final Node node;
    private final Tensor delta;
    private final @Nullable Tensor x;
    private final int[] weight;
    private final int repeats;
    private final long groups;

    private ConvolutionGradient(Recorded tape, Node node, Tensor delta, @Nullable Tensor x, int[] weight, int repeats) {
        this.tape = tape;
        this.node = node;
        this.delta = delta;
        this.x = x;
        this.weight = weight;
        this.repeats = repeats;
        this.groups = node.attributes().getInt("group", 1);
    }

    static @Nullable NodeGradient of(Use use, Recorded tape) {
        Node node = use.node();
        BatchAxis axis = tape.axis(node.output());
        boolean needsInput = use.input() == 1;
        if (axis == null || axis.axis() != 0 || needsInput && !axis.equals(tape.axis(node.input(0)))) {
            return null;
        }
        if (!tape.isWeight(node.input(1))) {
            return null;
        }
        Tensor delta = axis.items(tape.gradient(node.output()));
        Tensor x = needsInput ? axis.items(tape.value(node.input(0))) : null;
        return new ConvolutionGradient(tape, node, delta, x, tape.shape(node.input(1)), axis.repeats());
    }

    @Override
    Tensor formed(int from, int to, boolean ordered) {
        int items = (to - from) * repeats;
        Tensor d = delta.narrow(0, (long) from * repeats, items);
        if (x == null) {
            long[] positions = new long[(int) d.dim() - 2];
            Arrays.setAll(positions, i -> i + 2L);
            return BatchAxis.addRepeats(Recorded.sum(d, positions), repeats);
        }
        Tensor in = x.narrow(0, (long) from * repeats, items);
        if (isPointwise()) {
            return BatchAxis.addRepeats(pointwise(in, d, ints("strides", rank(), 1), items), repeats);
        }
        if (isUnfolded()) {
            return BatchAxis.addRepeats(unfolded(in, d, items), repeats);
        }
        Tensor all = isPlain() ? grouped(in, d, items) : recorded(in, d, items);
        // One input's entries lie together in either memory format; only callers who need their order pay for it.
        boolean interleaved = !ordered && all.dim() == 4 && all.is_contiguous(MemoryFormat.ChannelsLast);
        Tensor rows = interleaved ? all.permute(0, 2, 3, 1) : all;
        return BatchAxis.addRepeats(rows.reshape(items, -1), repeats);
    }

    @Override
    long work() {
        return x == null ? 0 : (x.numel() + delta.numel()) / x.size(0) * repeats;
    }

    /** A 1x1 convolution of a single position is a linear layer. */
    @Override
    @Nullable
    Outer outer() {
        if (x == null || repeats != 1 || !isPointwise()) {
            return null;
        }
        long n = x.size(0);
        boolean point = x.numel() == n * x.size(1) && delta.numel() == n * delta.size(1);
        return point ? new Outer(delta.reshape(n, -1), x.reshape(n, -1)) : null;
    }

    /** A linear layer at every position. */
    private boolean isPointwise() {
        return isPlain()
                && groups == 1
                && Array.size(weight) == weight[0] * weight[1]
                && Arrays.stream(pads()).allMatch(p -> p == 0);
    }

    /** {@code [items, out * in]}: one matrix product per item, in whatever memory format the tensors have. */
    private static Tensor pointwise(Tensor in, Tensor d, long[] strides, int items) {
        Tensor seen = in;
        for (int i = 0; i < strides.length; i++) {
            if (strides[i] > 1) {
                seen = seen.slice(i + 2, new LongOptional(), new LongOptional(), strides[i]);
            }
        }
        Tensor left = positions(d, items);
        return torch.bmm(left.transpose(1, 2), positions(seen, items)).reshape(items, -1);
    }

    /** Patches of few channels are cheap to copy out, and then the gradient at the output is read in the format it has. */
    private boolean isUnfolded() {
        return isPlain() && groups == 1 && weight.length == 4 && weight[1] <= FEW_CHANNELS;
    }

    /** {@code [items, out * in * kernel]}. */
    private Tensor unfolded(Tensor in, Tensor d, int items) {
        Tensor patches = torch.im2col(
                in.contiguous(),
                new long[] {weight[2], weight[3]},
                ints("dilations", 2, 1),
                Arrays.copyOf(pads(), 2),
                ints("strides", 2, 1));
        return torch.bmm(positions(d, items).transpose(1, 2), patches.transpose(1, 2))
                .reshape(items, -1);
    }

    /** {@code [items, positions, channels]}. */
    private static Tensor positions(Tensor t, int items) {
        return t.movedim(1L, t.dim() - 1).reshape(items, -1, t.size(1));
    }

    private int rank() {
        return weight.length - 2;
    }

    private long[] ints(String attribute, int length, long otherwise) {
        long[] given = node.attributes().getInts(attribute);
        if (given != null) {
            return given;
        }
        long[] all = new long[length];
        Arrays.fill(all, otherwise);
        return all;
    }

    private long[] pads() {
        return ints("pads", 2 * rank(), 0);
    }

    private boolean isPlain() {
        int rank = rank();
        long[] pads = pads();
        String autoPad = node.attributes().getString("auto_pad", "NOTSET");
        return node.op().equals("Conv")
                && (autoPad.isEmpty() || autoPad.equals("NOTSET"))
                && Arrays.equals(Arrays.copyOf(pads, rank), Arrays.copyOfRange(pads, rank, 2 * rank));
    }

    /** {@code [items * out, in / groups, ...]}. */
    private Tensor grouped(Tensor in, Tensor d, int items) {
        int rank = rank();
        long[] shape = Tensors.longs(weight);
        shape[0] *= items;
        Tensor empty =
                torch.empty(new long[] {1}, in.options(), Tensors.noFormat()).expand(shape, false);
        BoolPointer mask = new BoolPointer(3);
        mask.put(0, false).put(1, true).put(2, false);
        return new Tensor(torch.convolution_backward(
                        asOne(d),
                        asOne(in),
                        empty,
                        new LongArrayRefOptional(),
                        ints("strides", rank, 1),
                        Arrays.copyOf(pads(), rank),
                        ints("dilations", rank, 1),
                        false,
                        new long[rank],
                        items * groups,
                        mask)
                .get1());
    }

    /** {@code [items, weights...]} flattened to rows, by the operator's kernel. */
    private Tensor recorded(Tensor in, Tensor d, int items) {
        Node many = node.withInputs(List.of("x", "w"))
                .withAttributes(node.attributes().with("group", items * groups));
        long[] shape = Tensors.longs(weight);
        long[] repeated = new long[shape.length + 1];
        repeated[0] = items;
        System.arraycopy(shape, 0, repeated, 1, shape.length);
        shape[0] *= items;
        Tensor weights = tape.value(node.input(1))
                .unsqueeze(0)
                .expand(repeated, false)
                .reshape(shape)
                .contiguous();
        try (NativeScope scope = NativeScope.recording()) {
            Tensor leaf = weights.detach().set_requires_grad(true);
            Tensor y = tape.kernel(many).run(new Inputs(asOne(in), leaf))[0];
            return scope.keep(tape.sweep(y, asOne(d), List.of(leaf)).get(0));
        }
    }

    /** The items as channels of a single one. */
    private static Tensor asOne(Tensor t) {
        long[] dims = Tensors.dims(t);
        long[] shape = dims.clone();
        shape[1] = dims[0] * dims[1];
        shape[0] = 1;
        return t.reshape(shape);
    }
}

package dev.qualm.network.operator;

import dev.qualm.network.engine.BoxedOperator;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.operator.Window.Placement;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A convolution of two spatial axes with its weights laid out in advance and its result clamped, for values only. */
/*
 * XNNPACK, which the engine contains, costs about 8 microseconds a call where the engine's own path costs 20 to 80, and its
 * depthwise kernels are twice as fast. It wants its input in memory that it may read a little beyond, which its own results
 * are; other inputs it copies. Its clamp lets NaN through, like the engine's activations.
 *
 * One object serves one call at a time: a call writes into it what depends on the input's size.
 */
final class PackedConvolution {
    private static final @Nullable BoxedOperator PACK = BoxedOperator.find("prepacked::conv2d_clamp_prepack");
    private static final @Nullable BoxedOperator RUN = BoxedOperator.find("prepacked::conv2d_clamp_run");

    private final BoxedOperator run;
    private final IValue context;

    private PackedConvolution(BoxedOperator run, IValue context) {
        this.run = run;
        this.context = context;
    }

    /**
     * @param bias {@code [out]}, or null
     * @return null if this build of the engine cannot do it; to be closed
     */
    static @Nullable PackedConvolution of(
            Tensor weight, @Nullable Tensor bias, Placement p, long group, double low, double high) {
        if (PACK == null || RUN == null) {
            return null;
        }
        try (NativeScope scope = NativeScope.values()) {
            IValue context = PACK.call(
                    new IValue(weight),
                    bias == null ? new IValue() : new IValue(bias),
                    PACK.ints(2, p.strides),
                    PACK.ints(3, p.begin),
                    PACK.ints(4, p.dilations),
                    new IValue(group),
                    low == Double.NEGATIVE_INFINITY ? new IValue() : new IValue(new Scalar(low)),
                    high == Double.POSITIVE_INFINITY ? new IValue() : new IValue(new Scalar(high)));
            context.retainReference();
            return new PackedConvolution(RUN, context);
        }
    }

    /** The result for {@code x [n, c, h, w]}, fresh and channels-last. */
    Tensor run(Tensor x) {
        return run.tensor(new IValue(x), context);
    }

    void close() {
        context.releaseReference();
    }
}

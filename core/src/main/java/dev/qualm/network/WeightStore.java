package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * The native form of a network's initializers, made on first use and shared with every view that keeps the same array.
 *
 * <p>Sharing is by identity of the {@link Array}: a view that replaces one weight costs one tensor. Each store holds its own
 * reference on each tensor, so networks may be closed in any order.
 */
final class WeightStore implements AutoCloseable {
    private final Precision precision;
    private final Map<Array, Tensor> tensors = new IdentityHashMap<>();

    WeightStore(Precision precision) {
        this.precision = precision;
    }

    /** A store that starts with this one's tensors for the arrays that {@code kept} names. */
    synchronized WeightStore share(Collection<Array> kept) {
        WeightStore other = new WeightStore(precision);
        for (Array a : kept) {
            Tensor t = tensors.get(a);
            if (t != null) {
                t.retainReference();
                other.tensors.put(a, t);
            }
        }
        return other;
    }

    synchronized Tensor get(Array array) {
        Tensor found = tensors.get(array);
        if (found != null) {
            return found;
        }
        try (NativeScope scope = NativeScope.values()) {
            Tensor t = Tensors.of(array, precision);
            // Convolutions run fastest channels-last; the logical layout stays [out, in, h, w].
            t = array.rank() == 4 && array.dtype().isFloating() ? t.contiguous(MemoryFormat.ChannelsLast) : t;
            t.retainReference();
            tensors.put(array, t);
            return t;
        }
    }

    @Override
    public synchronized void close() {
        tensors.values().forEach(Tensor::releaseReference);
        tensors.clear();
    }
}

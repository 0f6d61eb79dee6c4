package dev.qualm.network.engine;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A block of native work: what is made inside is freed at its end, and autograd recording is on or off in between.
 *
 * <p>Use in try-with-resources on one thread. {@link #keep} lets a tensor live on, in the scope outside if there is one.
 */
public final class NativeScope implements AutoCloseable {
    private final PointerScope outer;
    private final PointerScope scope;
    private final AutoGradMode mode;

    private NativeScope(boolean grad) {
        Engine.load();
        outer = PointerScope.getInnerScope();
        scope = new PointerScope();
        mode = new AutoGradMode(grad);
    }

    /** Values only: nothing is recorded for differentiation. */
    public static NativeScope values() {
        return new NativeScope(false);
    }

    /** Operations on tensors that require gradients are recorded. */
    public static NativeScope recording() {
        return new NativeScope(true);
    }

    /**
     * Makes {@code t} outlive this scope. It is freed with the scope outside; when there is none, by its {@code close()}.
     */
    @SuppressWarnings("ReferenceEquality")
    public Tensor keep(Tensor t) {
        if (outer != null) {
            outer.attach(t);
        } else {
            t.retainReference();
        }
        return t;
    }

    @Override
    public void close() {
        // The mode guard is thread-local state: it must end before, and regardless of, the tensors' scope.
        try {
            mode.close();
        } finally {
            scope.close();
        }
    }
}

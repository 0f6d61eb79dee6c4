package dev.qualm.network.engine;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** An operator of the engine that the binding has no method for, called through the engine's registry. Thread-safe. */
public final class BoxedOperator {
    private final OperatorHandle handle;

    private BoxedOperator(OperatorHandle handle) {
        this.handle = handle;
    }

    /**
     * Looks an operator up by its qualified name, for example {@code prepacked::conv2d_clamp_run}.
     *
     * @return null if this build of the engine does not have it
     */
    public static @Nullable BoxedOperator find(String name) {
        Engine.load();
        try {
            OperatorHandle handle = Dispatcher.singleton().findSchemaOrThrow(name, "");
            handle.retainReference();
            return new BoxedOperator(handle);
        } catch (RuntimeException e) {
            return null; // the engine's only way to say no
        }
    }

    /** The first result, in the scope that is open. */
    public IValue call(IValue... arguments) {
        try (IValueVector stack = new IValueVector(arguments)) {
            handle.callBoxed(stack);
            // Elements of the vector are references into it.
            return new IValue(stack.get(0));
        }
    }

    /** The first result, a tensor, in the scope that is open. */
    public Tensor tensor(IValue... arguments) {
        try (IValueVector stack = new IValueVector(arguments)) {
            handle.callBoxed(stack);
            return new Tensor(stack.get(0).toTensor());
        }
    }

    /** A value for the given argument, which is a list of integers. */
    public IValue ints(int argument, long... values) {
        // The list needs its element type as an object, and the operator's own declaration has one.
        GenericList list = new GenericList(
                handle.schema().arguments().getPointer(argument).type().get().containedType(0));
        for (long v : values) {
            list.push_back(new IValue(v));
        }
        return new IValue(list);
    }
}

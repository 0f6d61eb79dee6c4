package dev.qualm.network.operator;

import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * Computes the outputs of one node. Made once per node by its {@link Operator}, then called many times and from many threads:
 * its runs do not influence one another, and it never changes an input (except kernels made for in-place use, which may overwrite input 0).
 */
@FunctionalInterface
public interface Kernel {
    /** One tensor per output of the node that the operator defines, in order. */
    Tensor[] run(Inputs in);

    /** Frees what the kernel itself holds; called once, after the last run. */
    default void close() {}

    /** A kernel with one output. */
    static Kernel of(Function<Inputs, Tensor> function) {
        return in -> new Tensor[] {function.apply(in)};
    }
}

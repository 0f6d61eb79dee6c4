package dev.qualm.network.operator;

import org.jspecify.annotations.Nullable;

/**
 * One ONNX operator over all the operator set versions Qualm reads.
 *
 * @param domain operator set domain, empty for the standard
 * @param type ONNX name
 * @param gradient what differentiation through it yields
 * @param aliases whether an output may share memory with an input (views such as Reshape); such outputs are never
 *     overwritten in place
 * @param factory makes the kernel of a node
 * @param inPlace makes a kernel that may overwrite input 0, or null if there is none
 */
public record Operator(
        String domain,
        String type,
        Gradient gradient,
        boolean aliases,
        Factory factory,
        @Nullable Factory inPlace) {

    /** What differentiation through an operator yields. */
    public enum Gradient {
        /** Derivatives of first and second order from float inputs to float outputs. */
        DIFFERENTIABLE,
        /** Float to float, but constant almost everywhere (Sign, Floor): the gradient is zero and says nothing. */
        ZERO,
        /** No float path from input to output (Shape, Equal, ArgMax), or a form that plans only use when nothing is recorded. */
        NONE
    }

    /** Reads a node's attributes once and returns its kernel. */
    @FunctionalInterface
    public interface Factory {
        /** Throws {@link dev.qualm.UnsupportedModelException} for attribute values that are not supported. */
        Kernel create(NodeContext node);
    }

    /** A differentiable operator of the standard domain whose outputs are fresh memory. */
    public static Operator of(String type, Factory factory) {
        return new Operator("", type, Gradient.DIFFERENTIABLE, false, factory, null);
    }

    /** As {@link #of}, but with zero gradient. */
    public static Operator zeroGradient(String type, Factory factory) {
        return new Operator("", type, Gradient.ZERO, false, factory, null);
    }

    /** As {@link #of}, but without a float path. */
    public static Operator noGradient(String type, Factory factory) {
        return new Operator("", type, Gradient.NONE, false, factory, null);
    }

    /** A differentiable operator whose output may be a view of its input. */
    public static Operator aliasing(String type, Factory factory) {
        return new Operator("", type, Gradient.DIFFERENTIABLE, true, factory, null);
    }

    /** The same operator with a kernel that may overwrite input 0. */
    public Operator withInPlace(Factory inPlaceFactory) {
        return new Operator(domain, type, gradient, aliases, factory, inPlaceFactory);
    }

    /** The same operator in another domain. */
    public Operator inDomain(String newDomain) {
        return new Operator(newDomain, type, gradient, aliases, factory, inPlace);
    }
}

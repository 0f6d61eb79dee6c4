package dev.qualm.gradient;

import dev.qualm.array.Array;
import java.util.function.UnaryOperator;

/** What happens to each gradient before its statistics are taken. */
public sealed interface GradientTransform {
    /** Nothing. */
    record None() implements GradientTransform {}

    /** The magnitude of each entry. */
    record Absolute() implements GradientTransform {}

    /** The square of each entry. */
    record Square() implements GradientTransform {}

    /** Each entry times a factor. */
    record Scale(double factor) implements GradientTransform {
        public Scale {
            if (!Double.isFinite(factor)) {
                throw new IllegalArgumentException("Expected a finite factor, but found " + factor);
            }
        }
    }

    /**
     * Any function of a whole gradient. Costs more: gradients of linear layers must be formed, entry by entry, for every input.
     *
     * @param name for the records of the result
     * @param function from one input's gradient (FLOAT64, the shape of the weight, or of the activation without the batch axis) to
     *     an array of any shape whose entries are counted; must not change its argument
     */
    record Custom(String name, UnaryOperator<Array> function) implements GradientTransform {
        @Override
        public String toString() {
            return "Custom[" + name + "]";
        }
    }

    static GradientTransform none() {
        return new None();
    }

    static GradientTransform absolute() {
        return new Absolute();
    }

    static GradientTransform square() {
        return new Square();
    }

    static GradientTransform scale(double factor) {
        return new Scale(factor);
    }

    static GradientTransform custom(String name, UnaryOperator<Array> function) {
        return new Custom(name, function);
    }

    /** The transform of one number; transforms of whole arrays have none. */
    default double applyAsDouble(double g) {
        if (this instanceof Absolute) {
            return Math.abs(g);
        }
        if (this instanceof Square) {
            return g * g;
        }
        if (this instanceof Scale s) {
            return s.factor * g;
        }
        if (this instanceof Custom c) {
            throw new IllegalStateException("Transform " + c.name + " needs whole gradients");
        }
        return g;
    }
}

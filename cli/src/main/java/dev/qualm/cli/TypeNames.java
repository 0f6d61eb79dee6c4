package dev.qualm.cli;

import dev.qualm.network.graph.ElementType;
import java.util.Locale;

/** Element types as numpy and the ONNX documentation call them. */
final class TypeNames {
    private TypeNames() {}

    /** For example {@code float32}, {@code int64} or {@code undefined}. */
    static String of(ElementType type) {
        return switch (type) {
            case FLOAT -> "float32";
            case DOUBLE -> "float64";
            default -> type.name().toLowerCase(Locale.ROOT);
        };
    }
}

package dev.qualm.cli;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Kinds of results by the endings of their files' names. */
enum ResultKind {
    TERMINAL,
    PNG,
    SVG,
    JSON,
    NPY,
    NPZ;

    /** @throws ParameterException if the name has another ending */
    static ResultKind of(@Nullable Path file, CommandSpec spec) {
        if (file == null) {
            return TERMINAL;
        }
        String name = file.toString().toLowerCase(Locale.ROOT);
        for (ResultKind kind : EnumSet.complementOf(EnumSet.of(TERMINAL))) {
            if (name.endsWith("." + kind.name().toLowerCase(Locale.ROOT))) {
                return kind;
            }
        }
        throw new ParameterException(
                spec.commandLine(), "Expected a file named .png, .svg, .json, .npy or .npz, but found " + file);
    }

    boolean picture() {
        return this == PNG || this == SVG;
    }

    boolean numbers() {
        return this == JSON || this == NPY || this == NPZ;
    }
}

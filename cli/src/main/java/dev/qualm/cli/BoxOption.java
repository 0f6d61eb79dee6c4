package dev.qualm.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Valid inputs, of commands that change inputs. */
final class BoxOption {
    @Option(
            names = "--box",
            paramLabel = "LOW..HIGH",
            description = "Valid values of the model's input, for images one or one per channel. Default: from the"
                    + " preprocessing, else for images their range, for tables none.")
    private @Nullable String box;

    /** As typed, or null. */
    @Nullable
    String text() {
        return box;
    }
}

package dev.qualm.detect.fitted;

import dev.qualm.UnreadableFileException;
import dev.qualm.artifact.Artifact;
import dev.qualm.artifact.Fields;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the model of saved detectors lies: recorded relative to their file, so that both can move together. */
public final class ModelPlace {
    private static final String FIELD = "model";

    private ModelPlace() {}

    /**
     * How a file is recorded: relative to the detectors' folder; by its name alone where no relative path leads
     * there.
     */
    static String of(Path file, Path model) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        Path target = model.toAbsolutePath().normalize();
        Path way = target.getFileName();
        if (folder != null && Objects.equals(folder.getRoot(), target.getRoot())) {
            way = folder.relativize(target);
        }
        return String.valueOf(way).replace('\\', '/');
    }

    /**
     * The model's file: where it was when the detectors were saved, else beside them. Whether it is still the same
     * model is checked when they are loaded with it.
     *
     * @param file of fitted detectors
     * @throws UnreadableFileException if it is in neither place
     */
    public static Path find(Path file) {
        Fields fields = Artifact.read(file, FittedDetectors.KIND).fields();
        if (!fields.has(FIELD)) {
            throw new UnreadableFileException(
                    file + " does not say where its model is; name the model too, as MODEL or with --model");
        }
        String recorded = fields.text(FIELD);
        Path there = resolve(file, recorded);
        Path name = there == null ? null : there.getFileName();
        Path beside = name == null ? null : file.resolveSibling(name);
        if (there != null && onnx(there)) {
            return there;
        }
        if (beside != null && onnx(beside)) {
            return beside;
        }
        throw new UnreadableFileException("Expected the model of " + file + " at '" + recorded
                + "', as seen from there, or beside it, but found it in neither place; say where it is with --model");
    }

    private static @Nullable Path resolve(Path file, String recorded) {
        try {
            return file.resolveSibling(recorded);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** The path comes from a file that anybody may have made: nothing but models is opened. */
    private static boolean onnx(Path path) {
        return path.toString().toLowerCase(Locale.ROOT).endsWith(".onnx") && Files.isRegularFile(path);
    }
}

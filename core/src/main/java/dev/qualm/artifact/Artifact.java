package dev.qualm.artifact;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.array.AtomicFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a {@code .qualm} file holds: something fitted, calibrated or drawn for one model, with all that is needed to use it
 * again and to know where it comes from.
 *
 * @param kind what was saved, for example {@code mutant-pool}; lower-case letters, digits and hyphens
 * @param modelHash the model it belongs to, as {@code network.onnx.ModelHash} names it
 * @param provenance what made it
 * @param content parameters and everything else that is not an array: a JSON object of finite numbers, text, booleans, lists
 *     and objects, at most {@value Manifest#MAX_DEPTH} deep
 * @param arrays by name, which may look like the tensor names of a model; sorted
 */
/*
 * The file is a zip of manifest.json and one safetensors file per array. Entries are stored, not deflated: the arrays are
 * floats, which hardly shrink; equal content gives equal bytes whatever zlib the platform has; and an entry can never be
 * larger than the file, so that no file makes a reader allocate more than its own size. Array files are numbered, the
 * manifest maps their sorted names: names never become paths.
 */
public record Artifact(
        String kind, String modelHash, Provenance provenance, ObjectNode content, Map<String, Array> arrays) {
    public Artifact {
        if (!kind.matches("[a-z0-9-]{1,60}")) {
            throw new QualmException("Expected a kind of at most 60 lower-case letters, digits and hyphens, but found '"
                    + kind.substring(0, Math.min(60, kind.length())) + "'");
        }
        if (modelHash.isBlank() || modelHash.length() > 200) {
            throw new QualmException("Expected the hash of a model in at most 200 characters, but found "
                    + modelHash.length() + "; every artifact belongs to one model");
        }
        content = Manifest.canonical(content);
        arrays = Collections.unmodifiableMap(new TreeMap<>(arrays));
        Manifest.checkNames(arrays.keySet());
    }

    /**
     * Reads a file of one kind.
     *
     * @throws UnreadableFileException if it is missing, damaged, of another kind or of a later format
     */
    public static Artifact read(Path path, String kind) {
        Artifact artifact = read(path);
        if (!artifact.kind.equals(kind)) {
            throw new UnreadableFileException("Cannot use " + path + ": expected an artifact of kind '" + kind
                    + "', but found '" + artifact.kind + "'; name the file that was saved as " + kind);
        }
        return artifact;
    }

    /**
     * Reads a file of any kind.
     *
     * @throws UnreadableFileException if it is missing, damaged or of a later format
     */
    public static Artifact read(Path path) {
        return ArtifactFile.read(path);
    }

    /**
     * Writes a file completely or not at all. Equal artifacts give equal bytes.
     *
     * @throws QualmException if it cannot be written
     */
    public void write(Path path) {
        AtomicFile.write(path, out -> ArtifactFile.write(this, out));
    }

    /**
     * Refuses to go on with another model than the one this was made for.
     *
     * @param hash of the model about to be used
     * @throws QualmException if it is another
     */
    public void requireModel(String hash) {
        if (!hash.equals(modelHash)) {
            throw new QualmException("This " + kind + " belongs to another model: expected the model with hash "
                    + modelHash + ", but found " + hash + "; give the model it was made with, or make the " + kind
                    + " again for this one (" + provenance + ")");
        }
    }

    /**
     * An array by name.
     *
     * @throws UnreadableFileException if there is none
     */
    public Array array(String name) {
        Array array = arrays.get(name);
        if (array == null) {
            throw new UnreadableFileException("Cannot use an artifact of kind '" + kind + "': expected an array named '"
                    + name + "', but found " + arrays.keySet() + "; was the file written by another version of Qualm?");
        }
        return array;
    }

    /** The content, as fields that are checked when they are read. */
    public Fields fields() {
        return Fields.of(content, kind);
    }

    /** A copy of the content: changing it changes nothing here. */
    @Override
    public ObjectNode content() {
        return content.deepCopy();
    }

    /** Kind, model and what it holds, in one line. */
    @Override
    public String toString() {
        return kind + " of model " + modelHash + ", arrays " + arrays + ", " + provenance;
    }
}

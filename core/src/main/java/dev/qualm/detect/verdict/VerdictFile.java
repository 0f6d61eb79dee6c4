package dev.qualm.detect.verdict;

import dev.qualm.Provenance;
import dev.qualm.UnreadableFileException;
import dev.qualm.artifact.Artifact;

/**
 * Calibrations as artifacts, each of a kind of its own: {@code VerdictFile.of(rule, hash, provenance).write(path)} and {@code
 * VerdictFile.rule(Artifact.read(path, VerdictFile.RULE))}. What was read decides the same to the last bit; monitors and streams go
 * on where they were. {@link Artifact#requireModel} refuses another model.
 *
 * <p>All reading methods throw {@link UnreadableFileException} if the artifact is damaged or made up.
 */
public final class VerdictFile {
    /** Kind of a saved {@link VerdictRule}. */
    public static final String RULE = "verdict-rule";

    /** Kind of a saved {@link CalibratedCascade}. */
    public static final String CASCADE = "verdict-cascade";

    /** Kind of a saved {@link StalenessMonitor}. */
    public static final String MONITOR = "staleness-monitor";

    /** Kind of a saved {@link Lond}. */
    public static final String STREAM = "flagged-stream";

    private VerdictFile() {}

    /** @param modelHash the model whose scores were calibrated */
    public static Artifact of(VerdictRule rule, String modelHash, Provenance provenance) {
        return RuleFile.artifact(rule, modelHash, provenance);
    }

    /** @param modelHash the model whose scores were calibrated */
    public static Artifact of(CalibratedCascade cascade, String modelHash, Provenance provenance) {
        return CascadeFile.artifact(cascade, modelHash, provenance);
    }

    /** @param modelHash the model whose scores are watched */
    public static Artifact of(StalenessMonitor monitor, String modelHash, Provenance provenance) {
        return StreamFile.artifact(monitor, modelHash, provenance);
    }

    /** @param modelHash the model whose predictions are flagged */
    public static Artifact of(Lond stream, String modelHash, Provenance provenance) {
        return StreamFile.artifact(stream, modelHash, provenance);
    }

    public static VerdictRule rule(Artifact artifact) {
        return SavedNumbers.read(() -> RuleFile.rule(requireKind(artifact, RULE)));
    }

    public static CalibratedCascade cascade(Artifact artifact) {
        return SavedNumbers.read(() -> CascadeFile.cascade(requireKind(artifact, CASCADE)));
    }

    public static StalenessMonitor monitor(Artifact artifact) {
        return SavedNumbers.read(() -> StreamFile.monitor(requireKind(artifact, MONITOR)));
    }

    public static Lond stream(Artifact artifact) {
        return SavedNumbers.read(() -> StreamFile.lond(requireKind(artifact, STREAM)));
    }

    private static Artifact requireKind(Artifact artifact, String kind) {
        if (!artifact.kind().equals(kind)) {
            throw new UnreadableFileException(
                    "Expected an artifact of kind '" + kind + "', but found '" + artifact.kind() + "'");
        }
        return artifact;
    }
}

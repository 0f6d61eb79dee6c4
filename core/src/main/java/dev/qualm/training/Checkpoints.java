package dev.qualm.training;

import java.nio.file.Path;

/**
 * Where training keeps its state, to go on after an interruption with the same bits as without one.
 *
 * @param file written anew after every so many epochs, completely or not at all
 * @param every epochs from one to the next, at least 1
 * @param resume whether to go on from the file where there is one; it must be of the same start, items and options
 */
public record Checkpoints(Path file, int every, boolean resume) {
    public Checkpoints {
        TrainingException.require(every >= 1, "epochs between checkpoints", "of at least 1", every);
    }
}

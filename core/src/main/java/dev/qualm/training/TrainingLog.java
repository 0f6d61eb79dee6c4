package dev.qualm.training;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.QualmException;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes training to a file of JSON lines, for other programs to draw: one object for each step, {@code epoch, step, loss}, and one for
 * each epoch, {@code epoch, learningRate, loss, accuracy, seconds, terms} and, of items kept aside, {@code heldOut}. Lines are added to
 * what the file holds, so that a resumed training has one log.
 */
public final class TrainingLog implements Progress, AutoCloseable {
    private final Path file;
    private final Writer out;

    private TrainingLog(Path file, Writer out) {
        this.file = file;
        this.out = out;
    }

    /**
     * Opens a file, new or to be continued.
     *
     * @throws QualmException if it cannot be written
     */
    public static TrainingLog open(Path file) {
        try {
            return new TrainingLog(
                    file,
                    Files.newBufferedWriter(
                            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static QualmException failure(Path file, IOException e) {
        return new QualmException(
                "Cannot write the log " + file + ": " + e + "; expected the name of a file in an existing folder", e);
    }

    @Override
    public void step(int epoch, int epochs, int step, int steps, double loss) {
        line(JsonNodeFactory.instance
                .objectNode()
                .put("epoch", epoch)
                .put("step", step)
                .put("loss", loss));
    }

    @Override
    public void epoch(Epoch epoch, int epochs) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("epoch", epoch.number()).put("learningRate", epoch.learningRate());
        node.put("loss", epoch.loss()).put("accuracy", epoch.accuracy()).put("seconds", epoch.seconds());
        ObjectNode terms = node.putObject("terms");
        epoch.terms().forEach(terms::put);
        Epoch.HeldOut aside = epoch.heldOut();
        if (aside != null) {
            node.putObject("heldOut")
                    .put("loss", aside.loss())
                    .put("accuracy", aside.accuracy())
                    .put("cleanAccuracy", aside.cleanAccuracy());
        }
        line(node);
        try {
            // A log is read while training goes on.
            out.flush();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private void line(ObjectNode node) {
        try {
            out.write(node + "\n");
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }
}

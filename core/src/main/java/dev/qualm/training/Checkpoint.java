package dev.qualm.training;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.artifact.Fields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a training consists of after an epoch.
 *
 * @param history of the epochs so far
 * @param best number of the best epoch; 0 without early stopping
 * @param orderDraws random numbers drawn for the order of the items
 * @param changeDraws random numbers drawn for augmentation
 * @param weights and running statistics, by name
 * @param memory of the optimiser, by name
 * @param bestWeights those of the best epoch, by name; empty without early stopping
 */
record Checkpoint(
        List<Epoch> history,
        int best,
        long orderDraws,
        long changeDraws,
        Map<String, Array> weights,
        Map<String, Array> memory,
        Map<String, Array> bestWeights) {
    private static final String KIND = "training-checkpoint";

    /** @param made start, items and options */
    void write(Path file, String modelHash, Provenance made) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        content.put("best", best).put("orderDraws", orderDraws).put("changeDraws", changeDraws);
        ArrayNode epochs = content.putArray("epochs");
        history.forEach(e -> epochs.add(json(e)));
        Map<String, Array> arrays = new LinkedHashMap<>();
        weights.forEach((name, a) -> arrays.put("weights/" + name, a));
        memory.forEach((name, a) -> arrays.put("memory/" + name, a));
        bestWeights.forEach((name, a) -> arrays.put("best/" + name, a));
        new Artifact(KIND, modelHash, made, content, arrays).write(file);
    }

    private static ObjectNode json(Epoch e) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("rate", e.learningRate()).put("loss", e.loss()).put("accuracy", e.accuracy());
        node.put("seconds", e.seconds());
        ArrayNode terms = node.putArray("terms");
        e.terms().forEach((name, value) -> terms.addObject().put("name", name).put("value", value));
        ArrayNode aside = node.putArray("heldOut");
        if (e.heldOut() != null) {
            aside.addObject()
                    .put("loss", e.heldOut().loss())
                    .put("accuracy", e.heldOut().accuracy())
                    .put("clean", e.heldOut().cleanAccuracy());
        }
        return node;
    }

    /**
     * @param made start, items and options of the training that is to go on
     * @throws QualmException if the file is of another training, or damaged
     */
    static Checkpoint read(Path file, String modelHash, Provenance made) {
        Artifact artifact = Artifact.read(file, KIND);
        artifact.requireModel(modelHash);
        made.entries().forEach((key, value) -> {
            String found = artifact.provenance().entries().get(key);
            if (!value.equals(found)) {
                throw new TrainingException("Cannot go on from " + file + ": expected a training with " + key + " = "
                        + value + ", but found " + found + "; give the same options, or remove the file");
            }
        });
        Fields fields = artifact.fields();
        List<Epoch> history = new ArrayList<>();
        for (Fields e : fields.objects("epochs")) {
            history.add(epoch(history.size() + 1, e));
        }
        Checkpoint read = new Checkpoint(
                List.copyOf(history),
                fields.integer("best"),
                fields.whole("orderDraws"),
                fields.whole("changeDraws"),
                under(artifact, "weights/"),
                under(artifact, "memory/"),
                under(artifact, "best/"));
        if (history.isEmpty() || read.best < 0 || read.best > history.size() || read.isTooLong()) {
            throw new UnreadableFileException("Cannot use " + file + ": expected at least one epoch, the best among"
                    + " them, and as many random numbers as they draw, but found " + history.size() + ", " + read.best
                    + ", " + read.orderDraws + " and " + read.changeDraws);
        }
        return read;
    }

    /** No training draws so often; a damaged count would keep the reader busy for years. */
    private boolean isTooLong() {
        long most = 1L << 40;
        return orderDraws < 0 || orderDraws > most || changeDraws < 0 || changeDraws > most;
    }

    private static Epoch epoch(int number, Fields e) {
        Map<String, Double> terms = new LinkedHashMap<>();
        e.objects("terms").forEach(t -> terms.put(t.text("name"), t.number("value")));
        List<Fields> aside = e.objects("heldOut");
        Epoch.@Nullable HeldOut heldOut = aside.isEmpty()
                ? null
                : new Epoch.HeldOut(
                        aside.get(0).number("loss"),
                        aside.get(0).number("accuracy"),
                        aside.get(0).number("clean"));
        return new Epoch(
                number, e.number("rate"), e.number("loss"), e.number("accuracy"), e.number("seconds"), terms, heldOut);
    }

    private static Map<String, Array> under(Artifact artifact, String prefix) {
        Map<String, Array> out = new LinkedHashMap<>();
        artifact.arrays().forEach((name, a) -> {
            if (name.startsWith(prefix)) {
                out.put(name.substring(prefix.length()), a);
            }
        });
        return out;
    }
}

package dev.qualm.detect.fitted;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.artifact.Fields;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.mutation.ItemSet;
import dev.qualm.network.Network;
import dev.qualm.network.onnx.ModelHash;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Detectors fitted together, with what is needed to use them again.
 *
 * @param modelHash the model they belong to
 * @param site its classes and head
 * @param scores the detectors, no two of one name
 * @param items the contents they were fitted on
 * @param provenance what made them
 * @param calibration items that verdicts can be given with, or null; none of them among those of the fit
 */
public record FittedDetectors(
        String modelHash,
        Site site,
        List<DetectorScore> scores,
        ItemSet items,
        Provenance provenance,
        @Nullable CalibrationItems calibration) {
    /** Of the files. */
    public static final String KIND = "fitted-detectors";

    private static final String ITEMS = "items";
    private static final String SHARED = "shared";
    private static final String PARTS = "parts";
    private static final int PART = 256;
    private static final int MAX_CLASSES = 10_000_000;

    public FittedDetectors {
        scores = List.copyOf(scores);
        Set<String> names = new HashSet<>();
        for (DetectorScore s : scores) {
            if (!names.add(s.name())) {
                throw new DetectorException("Expected different detectors, but found " + s.name() + " twice");
            }
        }
        if (calibration != null && calibration.scores().length != scores.size()) {
            throw new DetectorException("Expected calibration scores of the " + scores.size() + " detectors, but found "
                    + calibration.scores().length + "; calibrate them again");
        }
        int both = calibration == null ? 0 : calibration.items().shared(items);
        if (calibration != null && both > 0) {
            throw new DetectorException("Expected calibration items that the detectors were not fitted on, but found "
                    + both + " of " + calibration.size() + " among those; leave them out of either");
        }
    }

    /** Detectors without a calibration: they give scores, not verdicts. */
    public FittedDetectors(
            String modelHash, Site site, List<DetectorScore> scores, ItemSet items, Provenance provenance) {
        this(modelHash, site, scores, items, provenance, null);
    }

    /** These detectors with another calibration. */
    public FittedDetectors with(CalibrationItems other) {
        return new FittedDetectors(modelHash, site, scores, items, provenance, other);
    }

    /**
     * These detectors without their calibration, behind a combination of them, whose verdict thereby is the overall one.
     *
     * @param combination of these detectors
     * @param contents that it learnt from, as {@link ItemSet#each} names them
     * @param made what made it
     * @throws DetectorException if the detectors were fitted on one of these: their scores of such items are too good
     */
    public FittedDetectors behind(DetectorScore combination, long[] contents, Provenance made) {
        int both = new ItemSet("", contents).shared(items);
        if (both > 0) {
            throw new DetectorException("Expected a combination learnt from items that its parts were not fitted on,"
                    + " but found " + both + " of " + contents.length + " among those; keep them apart");
        }
        List<DetectorScore> all = new ArrayList<>(List.of(combination));
        all.addAll(scores);
        long[] known = items.items();
        long[] together = java.util.Arrays.copyOf(known, known.length + contents.length);
        System.arraycopy(contents, 0, together, known.length, contents.length);
        return new FittedDetectors(modelHash, site, all, DetectorFit.items(together), made, null);
    }

    /**
     * Refuses data that the detectors were fitted or calibrated on: scores and verdicts there say nothing.
     *
     * @param inputs {@code [n, ...]}, as the network takes them
     * @throws DetectorException if an item is among those
     */
    public void requireUnseen(Array inputs) {
        SeenItems seen = new SeenItems(this);
        seen.add(inputs);
        seen.requireNone();
    }

    /** As {@link #requireUnseen(Array)}, part by part; items that cannot be read are skipped. */
    public void requireUnseen(Dataset data) {
        SeenItems seen = new SeenItems(this);
        for (int from = 0; from < data.size(); from += PART) {
            Batch batch = data.read(from, Math.min(data.size(), from + PART));
            seen.add(batch.inputs()
                    .select(IntStream.range(0, batch.size())
                            .filter(i -> batch.status().get(i).ok())
                            .toArray()));
        }
        seen.requireNone();
    }

    /**
     * Saves them, completely or not at all.
     *
     * @throws QualmException if the file cannot be written
     */
    public void save(Path file) {
        artifact(null).write(file);
    }

    /** As {@link #save(Path)}, recording where the model lies, for {@link ModelPlace#find}. */
    public void save(Path file, Path model) {
        artifact(ModelPlace.of(file, model)).write(file);
    }

    private Artifact artifact(@Nullable String model) {
        Map<String, Array> arrays = new TreeMap<>();
        Map<Array, String> written = new IdentityHashMap<>();
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        content.put("classes", site.classes());
        content.put("contents", items.hash());
        ArrayNode list = content.putArray("detectors");
        for (int i = 0; i < scores.size(); i++) {
            DetectorScore s = scores.get(i);
            ObjectNode one = list.addObject();
            one.put("name", s.detector().about().name());
            ObjectNode settings = one.putObject("settings");
            s.detector().settings().values().forEach(settings::put);
            if (s.detector() instanceof Combination c) {
                ArrayNode parts = one.putArray(PARTS);
                c.parts().forEach(p -> parts.addObject().put("name", p.name()));
            }
            s.learnt().arrays().forEach(put(i + "/", arrays, written, one));
        }
        arrays.put(ITEMS, Array.of(items.items(), items.size()));
        if (calibration != null) {
            CalibrationFile.put(calibration, content, arrays);
        }
        if (model != null) {
            content.put("model", model);
        }
        return new Artifact(KIND, modelHash, provenance, content, arrays);
    }

    /** Writes arrays, those that several detectors share once. */
    private static BiConsumer<String, Array> put(
            String prefix, Map<String, Array> arrays, Map<Array, String> written, ObjectNode one) {
        return (name, a) -> {
            String first = written.putIfAbsent(a, prefix + name);
            if (first == null) {
                arrays.put(prefix + name, a);
            } else {
                one.withObjectProperty(SHARED).put(name, first);
            }
        };
    }

    /**
     * Reads what {@link #save} wrote; scores are the same to the last bit.
     *
     * @throws UnreadableFileException if the file is missing, damaged or of another kind
     * @throws QualmException if they were fitted for another model
     */
    public static FittedDetectors load(Path file, Network network) {
        Artifact artifact = Artifact.read(file, KIND);
        artifact.requireModel(ModelHash.of(network.graph()));
        try {
            return read(artifact, network);
        } catch (UnreadableFileException e) {
            throw e;
        } catch (QualmException e) {
            throw new UnreadableFileException("The saved detectors are damaged: " + e.getMessage(), e);
        }
    }

    private static FittedDetectors read(Artifact artifact, Network network) {
        Fields fields = artifact.fields();
        int classes = fields.integer("classes");
        if (classes < 1 || classes > MAX_CLASSES) {
            throw fields.failure("classes", "a number from 1 to " + MAX_CLASSES);
        }
        Site site = Site.of(network, classes);
        Array contents = artifact.array(ITEMS);
        if (contents.rank() != 1 || contents.dtype() != dev.qualm.array.DType.INT64) {
            throw Learnt.failure(ITEMS, "integers of 64 bits", contents);
        }
        ItemSet items = DetectorFit.items(contents.longs());
        if (!items.hash().equals(fields.text("contents"))) {
            throw fields.failure("contents", "the name of the items it was fitted on");
        }
        List<Fields> saved = fields.objects("detectors");
        Map<Integer, DetectorScore> scores = new TreeMap<>();
        for (int i = 0; i < saved.size(); i++) {
            if (!saved.get(i).has(PARTS)) {
                scores.put(i, score(saved.get(i), site, learnt(artifact, i + "/", saved.get(i))));
            }
        }
        List<DetectorScore> parts = List.copyOf(scores.values());
        for (int i = 0; i < saved.size(); i++) {
            if (saved.get(i).has(PARTS)) {
                Detector detector = combination(saved.get(i), parts);
                scores.put(i, DetectorScore.of(detector, site, learnt(artifact, i + "/", saved.get(i))));
            }
        }
        return new FittedDetectors(
                artifact.modelHash(),
                site,
                List.copyOf(scores.values()),
                items,
                artifact.provenance(),
                CalibrationFile.read(artifact, saved.size(), classes));
    }

    private static DetectorScore score(Fields one, Site site, Learnt learnt) {
        Map<String, String> settings = new LinkedHashMap<>();
        Fields given = one.object("settings");
        given.names().forEach(n -> settings.put(n, given.text(n)));
        Detector detector = Detectors.of(one.text("name"), settings);
        if (detector.about().readsHead() && !site.hasHead()) {
            throw one.failure("name", "a detector that works without a last linear layer");
        }
        return DetectorScore.of(detector, site, learnt);
    }

    private static Detector combination(Fields one, List<DetectorScore> there) {
        List<DetectorScore> parts = new ArrayList<>();
        for (Fields part : one.objects(PARTS)) {
            String name = part.text("name");
            parts.add(there.stream()
                    .filter(s -> s.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> part.failure("name", "a detector of the file")));
        }
        return new Combination(parts);
    }

    private static Learnt learnt(Artifact artifact, String prefix, Fields one) {
        Map<String, Array> arrays = new TreeMap<>();
        artifact.arrays().forEach((name, a) -> {
            if (name.startsWith(prefix)) {
                arrays.put(name.substring(prefix.length()), a);
            }
        });
        if (one.has(SHARED)) {
            Fields shared = one.object(SHARED);
            for (String name : shared.names()) {
                arrays.put(name, artifact.array(shared.text(name)));
            }
        }
        return new Learnt(arrays);
    }

    @Override
    public String toString() {
        return scores.stream().map(DetectorScore::name).toList() + " fitted on " + items.size() + " items of model "
                + modelHash.substring(0, Math.min(12, modelHash.length()))
                + (calibration == null ? "" : ", " + calibration);
    }
}

package dev.qualm.detect.wrong;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.artifact.Fields;
import dev.qualm.metric.Auroc;
import dev.qualm.metric.Threshold;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A fitted detector as an artifact. Numbers that may be infinite or NaN are in arrays, as are the contents it has seen. */
final class DetectorFile {
    static final String KIND = "wrong-prediction-detector";

    private static final String NUMBERS = "numbers";
    private static final String SEEN = "seen";
    private static final String SCALING = "scaling";
    private static final int WORDS = 4;
    private static final int DIGITS = 16;

    private DetectorFile() {}

    static Artifact artifact(FittedDetector detector) {
        WrongPredictionDetector.Pipeline pipeline = detector.pipeline();
        Map<String, Array> arrays = new HashMap<>();
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        content.put("features", Feature.format(pipeline.features()));
        content.put("discipline", detector.discipline());
        content.put("reading", detector.reading());
        ObjectNode threshold = content.putObject("threshold");
        Threshold t = detector.threshold();
        threshold
                .put("rule", t.rule())
                .put("caught", t.caught())
                .put("positives", t.positives())
                .put("kept", t.kept())
                .put("negatives", t.negatives());
        Auroc auroc = detector.auroc();
        content.putObject("auroc").put("negatives", auroc.negatives()).put("positives", auroc.positives());
        arrays.put(NUMBERS, Array.of(new double[] {t.value(), auroc.value(), auroc.variance()}, 3));
        arrays.put(SEEN, seen(detector.seen()));
        if (pipeline.scaling() != null) {
            arrays.put(SCALING, pipeline.scaling().toArray());
        }
        put(content, arrays, "first", pipeline.first());
        put(content, arrays, "second", pipeline.second());
        return new Artifact(KIND, detector.modelHash(), detector.provenance(), content, arrays);
    }

    private static void put(ObjectNode content, Map<String, Array> arrays, String stage, @Nullable FittedModel model) {
        if (model != null) {
            content.put(stage, model.kind());
            model.arrays().forEach((name, a) -> arrays.put(stage + "/" + name, a));
        }
    }

    private static Array seen(Set<String> hashes) {
        long[] words = new long[hashes.size() * WORDS];
        int i = 0;
        for (String hash : hashes.stream().sorted().toList()) {
            for (int w = 0; w < WORDS; w++) {
                words[i++] = HexFormat.fromHexDigitsToLong(hash, w * DIGITS, (w + 1) * DIGITS);
            }
        }
        return Array.of(words, hashes.size(), WORDS);
    }

    static FittedDetector read(Artifact artifact) {
        try {
            return detector(artifact);
        } catch (UnreadableFileException e) {
            throw e;
        } catch (QualmException e) {
            throw new UnreadableFileException("The saved detector is damaged: " + e.getMessage(), e);
        }
    }

    private static FittedDetector detector(Artifact artifact) {
        Fields fields = artifact.fields();
        Set<Feature> features = Feature.parse(fields.text("features"));
        boolean conductance = features.contains(Feature.CONDUCTANCE);
        FeatureScaling scaling = conductance ? FeatureScaling.of(artifact.array(SCALING)) : null;
        FittedModel first = conductance ? model(artifact, "first") : null;
        FittedModel second = features.size() > 1 ? model(artifact, "second") : null;
        if (scaling != null && first != null) {
            FitException.require(
                    scaling.mean().length == first.features(),
                    "a scaling of " + first.features(),
                    "features, as the first model has",
                    scaling.mean().length);
        }
        if (second != null) {
            FitException.require(
                    second.features() == features.size(),
                    "a second model of " + features.size(),
                    "features",
                    second.features());
        }
        Array numbers = artifact.array(NUMBERS);
        FitException.require(
                numbers.size() == 3 && !Double.isNaN(numbers.get(0)) && numbers.get(1) >= 0 && numbers.get(1) <= 1,
                "a threshold, an AUROC and its variance",
                "as '" + NUMBERS + "'",
                numbers);
        Fields threshold = fields.object("threshold");
        Fields auroc = fields.object("auroc");
        return new FittedDetector(
                artifact.modelHash(),
                new WrongPredictionDetector.Pipeline(features, scaling, first, second),
                new Threshold(
                        numbers.get(0),
                        share(threshold, "caught", "positives"),
                        count(threshold, "positives"),
                        share(threshold, "kept", "negatives"),
                        count(threshold, "negatives"),
                        threshold.text("rule")),
                new Auroc(numbers.get(1), count(auroc, "negatives"), count(auroc, "positives"), numbers.get(2)),
                hashes(artifact.array(SEEN)),
                fields.text("discipline"),
                fields.text("reading"),
                artifact.provenance());
    }

    private static int count(Fields fields, String name) {
        int count = fields.integer(name);
        if (count < 1) {
            throw fields.failure(name, "a number of at least 1");
        }
        return count;
    }

    private static int share(Fields fields, String name, String of) {
        int count = fields.integer(name);
        if (count < 0 || count > fields.integer(of)) {
            throw fields.failure(name, "a number from 0 to '" + of + "'");
        }
        return count;
    }

    private static FittedModel model(Artifact artifact, String stage) {
        Map<String, Array> arrays = new HashMap<>();
        artifact.arrays().forEach((name, a) -> {
            if (name.startsWith(stage + "/")) {
                arrays.put(name.substring(stage.length() + 1), a);
            }
        });
        return FittedModels.of(artifact.fields().text(stage), arrays);
    }

    private static Set<String> hashes(Array words) {
        FitException.require(
                words.rank() == 2 && words.dim(1) == WORDS && !words.dtype().isFloating(),
                "contents of shape",
                "[n, 4] as integers of 64 bits",
                words);
        long[] values = words.toLongs();
        Set<String> out = new HashSet<>();
        HexFormat hex = HexFormat.of();
        for (int i = 0; i < values.length; i += WORDS) {
            StringBuilder hash = new StringBuilder();
            for (int w = 0; w < WORDS; w++) {
                hash.append(hex.toHexDigits(values[i + w]));
            }
            out.add(hash.toString());
        }
        return Set.copyOf(out);
    }
}

package dev.qualm.detect.verdict;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.artifact.Fields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A verdict rule as an artifact: its scores, class by class, each class in increasing order. */
final class RuleFile {
    private static final String TYPE = "type";
    private static final String POOLED = "pooled";
    private static final String BY_CLASS = "class-conditional";
    private static final String SCORES = "scores";
    private static final String SIZES = "sizes";
    private static final String UNDEFINED = "undefined";
    private static final String CLASSES = "classes";
    private static final String SEED = "seed";

    private RuleFile() {}

    static Artifact artifact(VerdictRule rule, String modelHash, Provenance provenance) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        put(content, rule.guarantee());
        ItemUniform smoothing = rule.smoothing();
        if (smoothing != null) {
            content.put(SEED, smoothing.seed());
        }
        Map<String, Array> arrays = new HashMap<>();
        if (rule instanceof ClassConditionalRule classes) {
            content.put(TYPE, BY_CLASS).put("fallback", classes.fallback().name());
            put(arrays, List.copyOf(classes.classes().values()));
            long[] names = classes.classes().keySet().stream().mapToLong(c -> c).toArray();
            arrays.put(CLASSES, Array.of(names, names.length));
        } else if (rule instanceof PooledRule pooled) {
            content.put(TYPE, POOLED);
            put(arrays, List.of(pooled.calibration()));
        }
        return new Artifact(VerdictFile.RULE, modelHash, provenance, content, arrays);
    }

    private static void put(Map<String, Array> arrays, List<ConformalCalibration> parts) {
        double[] scores =
                parts.stream().flatMapToDouble(p -> Arrays.stream(p.scores())).toArray();
        arrays.put(SCORES, Array.of(scores, scores.length));
        arrays.put(
                SIZES,
                Array.of(parts.stream().mapToLong(ConformalCalibration::n).toArray(), parts.size()));
        arrays.put(
                UNDEFINED,
                Array.of(
                        parts.stream()
                                .mapToLong(ConformalCalibration::undefined)
                                .toArray(),
                        parts.size()));
    }

    static void put(ObjectNode content, Guarantee guarantee) {
        ObjectNode node = content.putObject("guarantee").put("alpha", guarantee.alpha());
        if (guarantee instanceof TrainingConditional conditional) {
            node.put("delta", conditional.delta());
        }
    }

    static Guarantee guarantee(Fields fields) {
        Fields node = fields.object("guarantee");
        return node.has("delta")
                ? new TrainingConditional(node.number("alpha"), node.number("delta"))
                : new Marginal(node.number("alpha"));
    }

    static VerdictRule rule(Artifact artifact) {
        Fields fields = artifact.fields();
        Guarantee guarantee = guarantee(fields);
        ItemUniform smoothing = fields.has(SEED) ? new ItemUniform(fields.whole(SEED)) : null;
        String type = fields.text(TYPE);
        SavedNumbers numbers = new SavedNumbers(artifact);
        List<ConformalCalibration> parts = parts(numbers);
        if (type.equals(POOLED)) {
            SavedNumbers.require(parts.size() == 1, SIZES, "one calibration", parts.size());
            return PooledRule.of(parts.get(0), guarantee, smoothing);
        }
        if (type.equals(BY_CLASS)) {
            return byClass(fields, numbers, parts, guarantee, smoothing);
        }
        throw fields.failure(TYPE, POOLED + " or " + BY_CLASS);
    }

    private static ClassConditionalRule byClass(
            Fields fields,
            SavedNumbers numbers,
            List<ConformalCalibration> parts,
            Guarantee guarantee,
            @Nullable ItemUniform smoothing) {
        long[] names = numbers.longs(CLASSES, 0, Integer.MAX_VALUE);
        SavedNumbers.require(names.length == parts.size(), CLASSES, parts.size() + " classes", names.length);
        SortedMap<Integer, ConformalCalibration> classes = new TreeMap<>();
        for (int i = 0; i < names.length; i++) {
            SavedNumbers.require(
                    i == 0 || names[i - 1] < names[i], CLASSES, "classes in increasing order", names[i] + " at " + i);
            classes.put((int) names[i], parts.get(i));
        }
        return ClassConditionalRule.of(
                classes, guarantee, fields.constant("fallback", ClassConditionalRule.Fallback.class), smoothing);
    }

    private static List<ConformalCalibration> parts(SavedNumbers numbers) {
        double[] scores = numbers.doubles(SCORES, 1);
        long[] sizes = numbers.longs(SIZES, 1, scores.length);
        long[] undefined = numbers.longs(UNDEFINED, 0, Integer.MAX_VALUE / Math.max(1, sizes.length));
        SavedNumbers.require(
                Arrays.stream(sizes).sum() == scores.length && undefined.length == sizes.length,
                SIZES,
                "sizes that sum to " + scores.length,
                Arrays.stream(sizes).limit(5).boxed().toList());
        List<ConformalCalibration> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < sizes.length; i++) {
            int to = from + (int) sizes[i];
            parts.add(ConformalCalibration.sorted(
                    SavedNumbers.requireSorted(SCORES, Arrays.copyOfRange(scores, from, to)), (int) undefined[i]));
            from = to;
        }
        return parts;
    }
}

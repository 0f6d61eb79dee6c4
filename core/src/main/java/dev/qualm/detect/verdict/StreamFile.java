package dev.qualm.detect.verdict;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.artifact.Artifact;
import dev.qualm.artifact.Fields;
import java.util.Arrays;
import java.util.Map;

/** Monitors and online procedures as artifacts, in the middle of their streams. */
final class StreamFile {
    private static final String TYPE = "type";
    private static final String MARTINGALE = "martingale";
    private static final String WINDOW = "window";
    private static final String LEVEL = "level";
    private static final String ITEMS = "items";
    private static final String ALARM_AT = "alarm-at";
    private static final String STATE = "state";
    private static final long MOST = 1L << 53;

    private StreamFile() {}

    static Artifact artifact(StalenessMonitor monitor, String modelHash, Provenance provenance) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        Map<String, Array> arrays = monitor instanceof CalibrationMartingale martingale
                ? put(content, martingale)
                : put(content, (SlidingKolmogorovSmirnov) monitor);
        return new Artifact(VerdictFile.MONITOR, modelHash, provenance, content, arrays);
    }

    private static Map<String, Array> put(ObjectNode content, CalibrationMartingale martingale) {
        SimpleJumper jumper = martingale.jumper();
        double[] parts = jumper.parts();
        content.put(TYPE, MARTINGALE)
                .put(LEVEL, martingale.level())
                .put("seed", martingale.seed())
                .put(ITEMS, jumper.time())
                .put(ALARM_AT, martingale.alarmAt());
        double[] state = {parts[0], parts[1], parts[2], jumper.logScale(), martingale.highest()};
        return Map.of("cuts", list(martingale.cuts()), "counts", list(martingale.counts()), STATE, list(state));
    }

    private static Map<String, Array> put(ObjectNode content, SlidingKolmogorovSmirnov sliding) {
        content.put(TYPE, WINDOW)
                .put(LEVEL, sliding.level())
                .put(ITEMS, sliding.items())
                .put(ALARM_AT, sliding.alarmAt());
        return Map.of(
                "reference", list(sliding.reference()), WINDOW, list(sliding.window()), STATE, list(sliding.last()));
    }

    private static Array list(double[] values) {
        return Array.of(values, values.length);
    }

    private static Array list(long[] values) {
        return Array.of(values, values.length);
    }

    static StalenessMonitor monitor(Artifact artifact) {
        Fields fields = artifact.fields();
        SavedNumbers numbers = new SavedNumbers(artifact);
        long items = count(fields, ITEMS, MOST);
        long alarmAt = count(fields, ALARM_AT, items);
        double level = fields.number(LEVEL);
        String type = fields.text(TYPE);
        if (type.equals(MARTINGALE)) {
            double[] cuts = SavedNumbers.requireSorted("cuts", numbers.doubles("cuts", 1));
            long[] counts = numbers.longs("counts", 0, MOST);
            SavedNumbers.require(
                    cuts.length < 1 << 20 && counts.length == cuts.length + 2,
                    "counts",
                    "two more counts than cuts, which are " + cuts.length,
                    counts.length);
            double all = Arrays.stream(counts).mapToDouble(c -> c).sum();
            SavedNumbers.require(all <= MOST, "counts", "counts of at most " + MOST + " items together", all);
            double[] state = numbers.doubles(STATE, 1, 5);
            for (double s : state) {
                SavedNumbers.require(s >= 0 && s < Double.POSITIVE_INFINITY, STATE, "finite numbers of at least 0", s);
            }
            SimpleJumper jumper = new SimpleJumper(new double[] {state[0], state[1], state[2]}, state[3], items);
            return new CalibrationMartingale(cuts, counts, level, fields.whole("seed"), jumper, alarmAt, state[4]);
        }
        if (type.equals(WINDOW)) {
            double[] reference = numbers.doubles("reference", 1); // NaN where a calibration item had no score
            SavedNumbers.require(reference.length > 0, "reference", "at least one score", "none");
            double[] last = numbers.doubles(STATE, 1, 2);
            SavedNumbers.require(
                    last[0] >= 0 && last[0] <= 1 && last[1] >= 0 && last[1] <= 1,
                    STATE,
                    "a difference and a p-value",
                    last[0] + " and " + last[1]);
            return new SlidingKolmogorovSmirnov(
                    reference, numbers.doubles(WINDOW, 1), level, items, alarmAt, last[0], last[1]);
        }
        throw fields.failure(TYPE, MARTINGALE + " or " + WINDOW);
    }

    private static long count(Fields fields, String name, long most) {
        long value = fields.whole(name);
        if (value < 0 || value > most) {
            throw fields.failure(name, "a number from 0 to " + most);
        }
        return value;
    }

    static Artifact artifact(Lond lond, String modelHash, Provenance provenance) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        content.put(LEVEL, lond.level())
                .put("horizon", lond.horizon())
                .put("tested", lond.tested())
                .put("flagged", lond.flagged());
        return new Artifact(VerdictFile.STREAM, modelHash, provenance, content, Map.of());
    }

    static Lond lond(Artifact artifact) {
        Fields fields = artifact.fields();
        return Lond.at(
                fields.number(LEVEL),
                count(fields, "horizon", MOST),
                count(fields, "tested", MOST),
                count(fields, "flagged", MOST));
    }
}

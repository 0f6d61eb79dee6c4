package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.data.Preprocessing;
import dev.qualm.data.Standardisation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Choices of {@code qualm train} about its data: classes, preprocessing, items that can be read. */
final class TrainingData {
    private TrainingData() {}

    /** Readable items with their labels, and why the first unreadable one was left out (empty if there is none). */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Items(Array inputs, int[] labels, int leftOut, String reason) {}

    /**
     * Numbers of the classes to learn, in their new order.
     *
     * @param chosen names or numbers, or empty for all
     * @param leftOut names or numbers
     */
    static int[] classes(Dataset data, List<String> chosen, List<String> leftOut) {
        data.labels();
        int[] dropped = leftOut.stream().mapToInt(data::classNumber).toArray();
        return chosen.isEmpty()
                ? IntStream.range(0, data.classCount())
                        .filter(k -> Arrays.stream(dropped).noneMatch(d -> d == k))
                        .toArray()
                : chosen.stream().mapToInt(data::classNumber).toArray();
    }

    /** Names of the classes to learn; their old numbers where the data have no names and some are left out. */
    static List<String> names(Dataset data, int[] classes) {
        List<String> names = new ArrayList<>();
        for (int k : classes) {
            names.add(
                    data.classes().isEmpty()
                            ? Integer.toString(k)
                            : data.classes().get(k));
        }
        return data.classes().isEmpty() && classes.length == data.classCount() ? List.of() : names;
    }

    /**
     * What the command line says about preprocessing; what it leaves open is taken from the data: size and colour of
     * the first image, pixels of bytes as shares of 255, and mean and deviation of each channel or column.
     */
    static Preprocessing preprocessing(Dataset stored, PreprocessOptions options) {
        int[] shape = stored.itemShape();
        Preprocessing guess = Preprocessing.NONE;
        if (shape.length == 2) {
            guess = Preprocessing.guess(1, 1, shape[0], shape[1]);
        } else if (shape.length == 3) {
            boolean last = stored.storedLayout() == Layout.NHWC;
            int channels = last ? shape[2] : shape[0];
            guess = Preprocessing.guess(
                    1, channels > 2 ? 3 : 1, last ? shape[0] : shape[1], last ? shape[1] : shape[2]);
        }
        boolean pixels = stored.read(0, 1).inputs().dtype() == DType.UINT8;
        Preprocessing steps = options.applyTo(guess.withScale(pixels ? 1 / 255.0 : 1));
        if (!steps.mean().isEmpty() || !steps.std().isEmpty()) {
            return steps;
        }
        return Standardisation.of(stored.with(steps), steps.layout()).applyTo(steps);
    }

    /** Reads everything that can be read. */
    static Items read(Dataset data) {
        Batch all = data.read(0, data.size());
        int[] good = IntStream.range(0, all.size())
                .filter(i -> all.status().get(i).ok())
                .toArray();
        int[] labels = data.labels();
        if (good.length == 0) {
            throw new QualmException("Nothing can be learnt from " + data + ": it has no items that can be read");
        }
        if (good.length == all.size()) {
            return new Items(all.inputs(), labels, 0, "");
        }
        String reason = all.status().stream()
                .filter(s -> !s.ok())
                .findFirst()
                .orElseThrow()
                .toString();
        return new Items(
                all.inputs().select(good),
                Arrays.stream(good).map(i -> labels[i]).toArray(),
                all.size() - good.length,
                reason);
    }
}

package dev.qualm.data;

import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Class numbers of items, and the class names.
 *
 * @param numbers one from 0 for each item
 * @param classes names by number, or empty
 */
@SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
record Labels(int[] numbers, List<String> classes) {
    /**
     * Labels written as text. If all are whole numbers and no class is named so, they are class numbers; else they are
     * names.
     *
     * @param known the names in their order, or empty for the alphabet's
     */
    static Labels of(List<String> texts, List<String> known, String file) {
        boolean numbers = texts.stream().allMatch(t -> t.matches("\\d{1,9}"))
                && texts.stream().noneMatch(known::contains);
        if (numbers) {
            return new Labels(texts.stream().mapToInt(Integer::parseInt).toArray(), known);
        }
        List<String> names = known.isEmpty() ? List.copyOf(new TreeSet<>(texts)) : known;
        Map<String, Integer> index = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            index.putIfAbsent(names.get(i), i);
        }
        int[] out = new int[texts.size()];
        for (int i = 0; i < out.length; i++) {
            Integer number = index.get(texts.get(i));
            if (number == null) {
                throw new UnreadableFileException(file + ": expected one of " + names.size() + " classes "
                        + (names.size() > 40 ? names.subList(0, 40) + "..." : names) + ", but item " + i + " has '"
                        + texts.get(i) + "'");
            }
            out[i] = number;
        }
        return new Labels(out, names);
    }

    /** Labels from an array of whole numbers {@code [n]} or {@code [n, 1]}. */
    static int[] of(Array array, String file) {
        boolean column = array.rank() == 2 && array.dim(1) == 1;
        if (array.rank() != 1 && !column) {
            throw new UnreadableFileException(file + ": expected labels [n], but found " + array);
        }
        int[] out = new int[array.size()];
        for (int i = 0; i < out.length; i++) {
            double v = array.get(i);
            if (v != Math.rint(v) || v < 0 || v > Integer.MAX_VALUE - 1) {
                throw new UnreadableFileException(
                        file + ": expected class numbers from 0 as labels, but item " + i + " has " + v);
            }
            out[i] = (int) v;
        }
        return out;
    }
}

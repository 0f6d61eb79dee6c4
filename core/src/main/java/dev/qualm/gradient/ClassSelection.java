package dev.qualm.gradient;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Which classes have a row in a cosine similarity map. The predicted class always has one. */
public sealed interface ClassSelection {
    /** Every class, in order. */
    record All() implements ClassSelection {}

    /**
     * Chosen classes, in the given order. Where the predicted class is not among them it takes the place of the one with the
     * smallest logit, so that maps of all inputs have the same size.
     */
    record Subset(List<Integer> classes) implements ClassSelection {
        public Subset {
            classes = List.copyOf(classes);
            Set<Integer> seen = new HashSet<>();
            for (int c : classes) {
                if (c < 0 || !seen.add(c)) {
                    throw new IllegalArgumentException(
                            "Expected different class indices from 0 on, but found " + classes);
                }
            }
            if (classes.size() < 2) {
                throw new IllegalArgumentException("A map needs at least 2 classes, but found " + classes);
            }
        }
    }

    /** The {@code k} classes with the largest logits, largest first, the first of equals first; all of them when there are fewer. */
    record Top(int k) implements ClassSelection {
        public Top {
            if (k < 2) {
                throw new IllegalArgumentException("A map needs at least 2 classes, but found " + k);
            }
        }
    }

    static ClassSelection all() {
        return new All();
    }

    static ClassSelection subset(int... classes) {
        return new Subset(Arrays.stream(classes).boxed().toList());
    }

    static ClassSelection top(int k) {
        return new Top(k);
    }

    /** How many classes a map of a network with {@code total} classes has. */
    default int size(int total) {
        return this instanceof Top top
                ? Math.min(top.k, total)
                : this instanceof Subset subset ? subset.classes.size() : total;
    }

    /** The classes for one input's logits, in the order of the map's rows. */
    default int[] of(double[] logits) {
        int total = logits.length;
        if (this instanceof Top) {
            return IntStream.range(0, total)
                    .boxed()
                    .sorted(Logits.byFallingValue(logits))
                    .limit(size(total))
                    .mapToInt(Integer::intValue)
                    .toArray();
        }
        if (!(this instanceof Subset subset)) {
            return IntStream.range(0, total).toArray();
        }
        int[] chosen = subset.classes.stream().mapToInt(Integer::intValue).toArray();
        for (int c : chosen) {
            if (c >= total) {
                throw new IllegalArgumentException(
                        "Class " + c + " is outside 0 to " + (total - 1) + ", the classes of this network");
            }
        }
        int predicted = Logits.largest(logits);
        if (IntStream.of(chosen).noneMatch(c -> c == predicted)) {
            int least = 0;
            for (int i = 1; i < chosen.length; i++) {
                least = logits[chosen[i]] < logits[chosen[least]] ? i : least;
            }
            chosen[least] = predicted;
        }
        return chosen;
    }
}

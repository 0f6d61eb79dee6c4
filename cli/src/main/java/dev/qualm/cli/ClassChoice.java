package dev.qualm.cli;

import dev.qualm.QualmException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which class of each item is meant.
 *
 * @param rank place among the classes by falling logit: 0 is the predicted one, 1 the runner-up; -1 for a fixed class
 * @param number that class
 */
record ClassChoice(int rank, int number) {
    /**
     * Reads {@code predicted}, {@code runner-up}, a class's name or its number.
     *
     * @throws QualmException if there is no such class
     */
    static ClassChoice of(String text, ModelClasses classes) {
        int named = classes.names().indexOf(text);
        if (named >= 0) {
            return new ClassChoice(-1, named);
        }
        if (text.equals("predicted")) {
            return new ClassChoice(0, -1);
        }
        if (text.equals("runner-up")) {
            if (classes.count() < 2) {
                throw new QualmException("--class runner-up needs two classes, but the model has " + classes.count());
            }
            return new ClassChoice(1, -1);
        }
        if (text.matches("\\d{1,9}") && Integer.parseInt(text) < classes.count()) {
            return new ClassChoice(-1, Integer.parseInt(text));
        }
        throw new QualmException("There is no class '" + text + "'; expected predicted, runner-up, a number from 0 to "
                + (classes.count() - 1) + names(classes.names()));
    }

    private static String names(List<String> names) {
        if (names.isEmpty()) {
            return ". Names are known from the model's .yaml or from --classes";
        }
        int shown = Math.min(12, names.size());
        return ", or one of " + String.join(", ", names.subList(0, shown)) + (shown < names.size() ? ", ..." : "");
    }

    /** The class of an item with these logits; 0 where they are not finite. */
    int in(double[] logits) {
        if (rank < 0) {
            return number;
        }
        int best = largest(logits, -1);
        return rank == 0 ? best : largest(logits, best);
    }

    private static int largest(double[] logits, int except) {
        return IntStream.range(0, logits.length)
                .filter(k -> k != except)
                .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                .orElse(0);
    }

    /** For a sentence: {@code the predicted class}. */
    String words(ModelClasses classes) {
        return switch (rank) {
            case 0 -> "the predicted class";
            case 1 -> "the class after the predicted one";
            default -> "class " + classes.name(number);
        };
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.data.Dataset;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Labelled items that can be read, as a network takes them, their labels numbered as its classes are.
 *
 * @param fit how they were made to fit
 * @param data the items
 * @param remarks what was assumed or left out, for people
 */
record LabelledItems(InputFit fit, Dataset data, List<String> remarks) {
    LabelledItems {
        remarks = List.copyOf(remarks);
    }

    /**
     * Opens a path.
     *
     * @param limit most items to take, of those of known classes
     * @throws QualmException if there are no labels, or some are no classes of the network
     */
    static LabelledItems open(
            Path path,
            Network network,
            ModelDescription description,
            PreprocessOptions preprocessing,
            DataOptions options,
            int limit) {
        List<String> remarks = new ArrayList<>();
        Dataset known = ofKnownClasses(path, description.classes(), options, remarks);
        known.labels();
        Dataset stored = known.take(limit);
        InputFit fit = InputFit.of(network, description, preprocessing, stored);
        remarks.addAll(fit.remarks());
        Dataset data = fit.data().withoutDamaged();
        if (data.size() < stored.size()) {
            remarks.add((stored.size() - data.size()) + " of " + stored.size() + " items of " + path
                    + " cannot be read and are left out");
        }
        int classes = ModelClasses.count(network, data);
        int largest = Arrays.stream(data.labels()).max().orElse(0);
        if (largest >= classes) {
            throw new QualmException("Expected labels from 0 to " + (classes - 1) + ", as the model has " + classes
                    + " classes, but found " + largest + " in " + path
                    + "; name the classes in classes.txt beside the data and in the description beside the model, so that"
                    + " they can be matched");
        }
        return new LabelledItems(fit, data, remarks);
    }

    /** One of the items, with its label and what is needed to draw it. */
    MapItem item(int place) {
        return MapItem.of(
                fit, fit.data().ids().indexOf(data.id(place)), fit.data().labels());
    }

    /**
     * Items whose labels are classes of a model, or all if they have none. Labels with names are matched by name;
     * numbers are taken to be the model's.
     *
     * @param known names of the model's classes, or empty
     * @param remarks told what is left out
     */
    static Dataset ofKnownClasses(Path path, List<String> known, DataOptions options, List<String> remarks) {
        Dataset own = options.open(path, List.of());
        if (!own.labelled() || known.isEmpty() || own.classes().equals(known)) {
            return own;
        }
        // Labels that are numbers are the model's names where those are numbers too, as of digits with one left out.
        boolean numbers = own.classes().isEmpty() && known.stream().allMatch(k -> k.matches("\\d{1,9}"));
        int[] kinds = known.stream()
                .mapToInt(numbers ? Integer::parseInt : own.classes()::indexOf)
                .toArray();
        boolean more = numbers && own.classCount() > known.size();
        if (!(more
                ? Arrays.stream(kinds).max().orElse(0) < own.classCount()
                : own.classes().containsAll(known))) {
            return options.open(path, known);
        }
        Dataset kept = own.renumberClasses(kinds);
        if (kept.size() < own.size()) {
            remarks.add(own.size() - kept.size() + " of " + own.size() + " items of " + path
                    + " have classes that the model does not know and are left out");
        }
        return kept;
    }
}

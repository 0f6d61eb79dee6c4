package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.network.Network;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The classes a model tells apart.
 *
 * @param count number of them
 * @param names by number, or empty
 */
record ModelClasses(int count, List<String> names) {
    /** Above so many classes gga scores and maps look at the most likely ones only, unless more are asked for. */
    static final int MANY = 100;

    ModelClasses {
        names = List.copyOf(names);
    }

    /**
     * @param names what somebody says they are called, or empty
     * @param said by whom, to start a remark with
     * @param remark takes a sentence if names and classes do not agree
     */
    static ModelClasses of(int count, List<String> names, String said, Consumer<String> remark) {
        if (!names.isEmpty() && names.size() != count) {
            remark.accept(
                    said + " names " + names.size() + " classes, but there are " + count + "; names are left out");
            return new ModelClasses(count, List.of());
        }
        return new ModelClasses(count, names);
    }

    /** The name of a class, or its number. */
    String name(int c) {
        return names.isEmpty() ? Integer.toString(c) : names.get(c);
    }

    /**
     * Number of classes, from a run of the first readable item.
     *
     * @throws QualmException if none can be read, or the output is no row of two or more numbers per item
     */
    static int count(Network network, Dataset data) {
        String tensor = network.structure().logits();
        Array logits = null;
        for (int i = 0; logits == null && i < data.size(); i++) {
            Batch one = data.read(i, i + 1);
            if (one.complete()) {
                logits = Objects.requireNonNull(
                        network.run(one.inputs(), List.of(tensor)).get(tensor));
            }
        }
        if (logits == null) {
            throw new QualmException("Not one item of " + data + " can be read");
        }
        int classes = 1;
        int rows = 0;
        for (int axis = 1; axis < logits.rank(); axis++) {
            classes *= logits.dim(axis);
            rows += logits.dim(axis) == 1 ? 0 : 1;
        }
        if (rows == 0) {
            throw new QualmException("The model gives one number per item ('" + tensor
                    + "'), but scores and maps compare two or more classes; choose another output with --output");
        }
        if (rows != 1) {
            throw new QualmException("Expected one row of logits per item, but '" + tensor + "' holds " + logits
                    + " for one item; choose another output with --output");
        }
        return classes;
    }
}

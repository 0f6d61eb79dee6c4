package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** What the classes of a model are called. */
final class ClassNames {
    @Option(
            names = "--classes",
            paramLabel = "NAME",
            split = ",",
            description = "Names of the classes by number, or one file with a name on each line. Default: as MODEL's"
                    + " .yaml says.")
    private List<String> names = List.of();

    /**
     * The classes of a network, counted on the first item that can be read.
     *
     * @param say takes remarks on names that do not fit
     * @throws QualmException if no item can be read, or the network is no classifier
     */
    ModelClasses of(Network network, ModelDescription description, List<MapItem> items, Consumer<String> say) {
        QualmException failure = null;
        int count = 0;
        for (MapItem item : items) {
            if (item.fit() != null && count == 0) {
                try {
                    count = ModelClasses.count(network, item.fit().data());
                } catch (QualmException e) {
                    failure = failure == null ? e : failure;
                }
            }
        }
        if (count == 0) {
            throw failure != null ? failure : new QualmException("Not one item can be read");
        }
        return names.isEmpty()
                ? ModelClasses.of(count, description.classes(), "the description beside the model", say)
                : ModelClasses.of(count, named(), "--classes", say);
    }

    private List<String> named() {
        boolean file = names.size() == 1 && Files.isRegularFile(Path.of(names.get(0)));
        return file ? Datasets.readClasses(Path.of(names.get(0))) : names;
    }
}

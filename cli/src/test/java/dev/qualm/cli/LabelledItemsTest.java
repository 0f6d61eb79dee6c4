package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LabelledItemsTest {
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");
    private static final Path TEST = DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz");

    /** The test images of the shipped classifier's eight classes. */
    static LabelledItems shipped(Network network) {
        return LabelledItems.open(
                TEST,
                network,
                ModelDescription.beside(MODEL),
                new PreprocessOptions(),
                new DataOptions(),
                Integer.MAX_VALUE);
    }

    @Test
    void open_moreClassesThanTheModelKnows_matchesThemByName() {
        try (Network network = Network.load(MODEL)) {
            LabelledItems items = shipped(network);
            Dataset all = Datasets.open(TEST);
            assertThat(items.data().classes())
                    .isEqualTo(ModelDescription.beside(MODEL).classes());
            assertThat(items.remarks())
                    .singleElement()
                    .asString()
                    .contains("389 of 2000")
                    .contains("left out");
            int next = 0;
            for (int i = 0; i < all.size(); i++) {
                String name = all.classes().get(all.labels()[i]);
                if (items.data().classes().contains(name)) {
                    assertThat(items.data().id(next)).isEqualTo(all.id(i));
                    assertThat(items.data().classes().get(items.data().labels()[next++]))
                            .isEqualTo(name);
                }
            }
            assertThat(next).isEqualTo(items.data().size());
            MapItem item = items.item(100);
            assertThat(item.id()).isEqualTo(items.data().id(100));
            assertThat(item.label())
                    .isEqualTo(items.data().classes().get(items.data().labels()[100]));
        }
    }

    /** A model of the digits but one: its classes have the names 0 to 6, 8 and 9. */
    @Test
    void ofKnownClasses_numbersAsNames_matchesThemByNumber(@TempDir Path folder) throws IOException {
        Path table = Files.writeString(folder.resolve("rows.csv"), "a,b,label\n1,2,0\n3,4,3\n5,6,1\n7,8,2\n");
        DataOptions options = new DataOptions();
        new CommandLine(options).parseArgs("--label", "label");
        List<String> remarks = new ArrayList<>();
        Dataset known = LabelledItems.ofKnownClasses(table, List.of("0", "2", "3"), options, remarks);
        assertThat(known.ids()).containsExactly("0", "1", "3");
        assertThat(known.labels()).containsExactly(0, 2, 1);
        assertThat(known.classes().isEmpty() || known.classes().equals(List.of("0", "2", "3")))
                .isTrue();
        assertThat(remarks).singleElement().asString().contains("1 of 4");
        Dataset all = LabelledItems.ofKnownClasses(table, List.of("0", "1", "2", "3"), options, remarks);
        assertThat(all.labels()).containsExactly(0, 3, 1, 2);
    }
}

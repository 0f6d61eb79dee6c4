package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

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
}

package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
    @Test
    void next_anySizes_coversEveryItemOnce() {
        for (int items = 1; items < 30; items++) {
            for (int size = 1; size < 12; size++) {
                Batches batches = new Batches(items, size, new Draws(3));
                List<int[]> epoch = batches.next();
                assertThat(epoch).hasSize(batches.count());
                assertThat(epoch.stream().flatMapToInt(Arrays::stream).sorted())
                        .containsExactlyElementsOf(
                                IntStream.range(0, items).boxed().toList());
            }
        }
    }

    @Test
    void next_remainder_isABatchOfItsOwnUnlessItIsOneItem() {
        assertThat(sizes(10, 4)).containsExactly(4, 4, 2);
        assertThat(sizes(9, 4)).containsExactly(4, 5);
        assertThat(sizes(8, 4)).containsExactly(4, 4);
        assertThat(sizes(3, 4)).containsExactly(3);
        assertThat(sizes(1, 4)).containsExactly(1);
        assertThat(sizes(3, 1)).containsExactly(1, 1, 1);
    }

    @Test
    void next_again_isAnotherOrderThatTheSeedRepeats() {
        Batches batches = new Batches(50, 50, new Draws(9));
        int[] first = batches.next().get(0);
        int[] second = batches.next().get(0);
        assertThat(second).isNotEqualTo(first);
        Batches repeated = new Batches(50, 50, new Draws(9));
        assertThat(repeated.next().get(0)).isEqualTo(first);
        assertThat(repeated.next().get(0)).isEqualTo(second);
        assertThat(new Batches(50, 50, new Draws(10)).next().get(0)).isNotEqualTo(first);
    }

    private static List<Integer> sizes(int items, int size) {
        return new Batches(items, size, new Draws(0))
                .next().stream().map(b -> b.length).toList();
    }
}

package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MapShapeTest {
    private static Array counting(int... shape) {
        return Array.of(IntStream.range(0, Array.size(shape)).asDoubleStream().toArray(), shape);
    }

    @Test
    void channelsFirst_channelsLast_movesThem() {
        MapShape shape = MapShape.of(new int[] {4, 5, 3}, false);
        assertThat(shape.channelsLast()).isTrue();
        Array map = counting(1, 4, 5, 3);
        Array moved = shape.channelsFirst(map);
        assertThat(moved.shape()).containsExactly(1, 3, 4, 5);
        for (int c = 0; c < 3; c++) {
            for (int p = 0; p < 20; p++) {
                assertThat(moved.get(c * 20 + p)).isEqualTo(map.get(p * 3 + c));
            }
        }
        assertThat(shape.perElement(7, 8, 9)).hasSize(60).startsWith(7, 8, 9, 7);
        assertThat(shape.perElement(7)).containsExactly(7);
    }

    @Test
    void picture_dependsOnRankAndType() {
        assertThat(MapShape.of(new int[] {1, 8, 8}, false).picture()).isTrue();
        assertThat(MapShape.of(new int[] {8, 8}, false).picture()).isTrue();
        assertThat(MapShape.of(new int[] {8}, false).picture()).isFalse();
        assertThat(MapShape.of(new int[] {1, 8}, false).picture()).isFalse();
        assertThat(MapShape.of(new int[] {8, 8}, true).picture()).isFalse();
        assertThat(MapShape.of(new int[] {3, 8, 8}, false).channels()).isEqualTo(3);
        assertThat(MapShape.of(new int[] {8, 8}, false).channels()).isEqualTo(1);
        assertThat(MapShape.of(new int[] {30}, false).channels()).isEqualTo(30);
    }

    @Test
    void channelsFirst_ofEmbeddings_hasTokensLast() {
        Array moved = MapShape.of(new int[] {3}, true).channelsFirst(counting(1, 3, 2));
        assertThat(moved.shape()).containsExactly(1, 2, 3);
        assertThat(moved.toDoubles()).containsExactly(0, 2, 4, 1, 3, 5);
    }

    @Test
    void inTurn_unevenRows_shareTheLimit() {
        List<MapRow> rows = List.of(row("a", 1), row("b", 5), row("c", 5));
        assertThat(ids(new ItemLimit(7, 3).inTurn(rows))).containsExactly("a0", "b0", "b1", "b2", "c0", "c1", "c2");
        assertThat(ids(new ItemLimit(2, 9).inTurn(rows))).containsExactly("a0", "b0");
        assertThat(new ItemLimit(null, 3).inTurn(rows)).hasSize(5);
        assertThat(new ItemLimit(null, Integer.MAX_VALUE).inTurn(rows)).hasSize(11);
    }

    private static List<String> ids(List<MapItem> items) {
        return items.stream().map(MapItem::id).toList();
    }

    private static MapRow row(String name, int n) {
        return new MapRow(
                name,
                IntStream.range(0, n)
                        .mapToObj(i -> MapItem.unreadable(name + i, "none"))
                        .toList(),
                n);
    }
}

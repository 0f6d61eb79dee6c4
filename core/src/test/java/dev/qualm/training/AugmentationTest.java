package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.array.Array;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final int N = 300;
    private static final int C = 2;
    private static final int H = 4;
    private static final int W = 5;

    @Test
    void apply_none_returnsAnyBatchItself() {
        Array rows = Array.of(new float[] {1, 2}, 2, 1);
        assertThat(Augmentation.NONE.apply(rows, new Random(1))).isSameAs(rows);
    }

    @Test
    void apply_shiftAndMirror_drawsEveryChangeAndNoOther() {
        Array batch = numbered();
        Array out = new Augmentation(1, true).apply(batch, new Random(1));
        Set<String> drawn = new HashSet<>();
        for (int n = 0; n < N; n++) {
            String change = changeOf(batch, out, n, 1);
            assertThat(change).as("image %d", n).isNotEmpty();
            drawn.add(change);
        }
        assertThat(drawn).hasSize(3 * 3 * 2);
        assertThat(batch).isEqualTo(numbered());
    }

    @Test
    void apply_withoutMirror_onlyShifts() {
        Array batch = numbered();
        Array out = new Augmentation(2, false).apply(batch, new Random(1));
        for (int n = 0; n < N; n++) {
            assertThat(changeOf(batch, out, n, 2)).endsWith("false");
        }
    }

    @Test
    void apply_sameSeed_sameBits() {
        Augmentation changes = new Augmentation(2, true);
        assertThat(changes.apply(numbered(), new Random(7))).isEqualTo(changes.apply(numbered(), new Random(7)));
    }

    @Test
    void apply_notImages_isRefused() {
        assertThatThrownBy(() -> new Augmentation(1, false).apply(Array.of(new float[] {1, 2}, 2, 1), new Random(1)))
                .hasMessageContaining("expected images [n, c, h, w]")
                .hasMessageContaining("[2, 1]");
        assertThatThrownBy(() -> new Augmentation(-1, false)).hasMessageContaining("shift");
    }

    /** Every pixel has a number of its own. */
    private static Array numbered() {
        float[] pixels = new float[N * C * H * W];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = i;
        }
        return Array.of(pixels, N, C, H, W);
    }

    /** The change that explains every pixel of an image, found by trying all; empty if there is none. */
    private static String changeOf(Array before, Array after, int n, int shift) {
        for (int dy = -shift; dy <= shift; dy++) {
            for (int dx = -shift; dx <= shift; dx++) {
                for (boolean mirror : new boolean[] {false, true}) {
                    if (explains(before, after, n, dy, dx, mirror)) {
                        return dy + " " + dx + " " + mirror;
                    }
                }
            }
        }
        return "";
    }

    private static boolean explains(Array before, Array after, int n, int dy, int dx, boolean mirror) {
        for (int i = 0; i < C * H * W; i++) {
            int c = i / (H * W);
            int y = Math.max(0, Math.min(H - 1, i / W % H + dy));
            int x = Math.max(0, Math.min(W - 1, i % W + dx));
            int from = (c * H + y) * W + (mirror ? W - 1 - x : x);
            if (after.get(n * C * H * W + i) != before.get(n * C * H * W + from)) {
                return false;
            }
        }
        return true;
    }
}

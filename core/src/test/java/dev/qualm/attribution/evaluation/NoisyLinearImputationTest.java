package dev.qualm.attribution.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NoisyLinearImputationTest {
    private static final int H = 7;
    private static final int W = 9;

    /** Each removed pixel equals the weighted mean of its neighbours: Gaussian elimination on the full system. */
    static double[] dense(double[] image, int h, int w, boolean[] gone) {
        int n = h * w;
        double[][] a = new double[n][n + 1];
        for (int p = 0; p < n; p++) {
            a[p][p] = 1;
            if (!gone[p]) {
                a[p][n] = image[p];
                continue;
            }
            double total = 0;
            for (int pass = 0; pass < 2; pass++) {
                for (int dr = -1; dr <= 1; dr++) {
                    for (int dc = -1; dc <= 1; dc++) {
                        int r = p / w + dr;
                        int c = p % w + dc;
                        if ((dr == 0 && dc == 0) || r < 0 || c < 0 || r >= h || c >= w) {
                            continue;
                        }
                        double weight = dr == 0 || dc == 0 ? 1 / 6.0 : 1 / 12.0;
                        if (pass == 0) {
                            total += weight;
                        } else {
                            a[p][r * w + c] -= weight / total;
                        }
                    }
                }
            }
        }
        for (int p = 0; p < n; p++) {
            int best = p;
            for (int q = p; q < n; q++) {
                best = Math.abs(a[q][p]) > Math.abs(a[best][p]) ? q : best;
            }
            double[] swap = a[p];
            a[p] = a[best];
            a[best] = swap;
            for (int q = 0; q < n; q++) {
                double factor = q == p ? 0 : a[q][p] / a[p][p];
                for (int k = p; factor != 0 && k <= n; k++) {
                    a[q][k] -= factor * a[p][k];
                }
            }
        }
        double[] out = new double[n];
        Arrays.setAll(out, p -> a[p][n] / a[p][p]);
        return out;
    }

    @Test
    void apply_randomHoles_solvesTheSystem() {
        Random random = new Random(1);
        for (double share : new double[] {0.1, 0.5, 0.9, 0.98}) {
            double[] image = random.doubles(H * W, -2, 3).toArray();
            int[] gone = new Draws(random.nextLong()).subset((int) (share * H * W), H * W);
            boolean[] mask = new boolean[H * W];
            for (int p : gone) {
                mask[p] = true;
            }
            double[] two = new double[2 * H * W];
            System.arraycopy(image, 0, two, H * W, H * W);
            new NoisyLinearImputation(H, W, gone).apply(two, H * W, 0, new Draws(1));
            double[] found = Arrays.copyOfRange(two, H * W, 2 * H * W);
            assertThat(found).containsExactly(dense(image, H, W, mask), within(1e-7));
            assertThat(Arrays.copyOf(two, H * W)).containsOnly(0);
        }
    }

    @Test
    void apply_oneKeptPixel_spreadsIt() {
        double[] image = new double[H * W];
        Arrays.fill(image, 9);
        image[20] = 4;
        int[] gone =
                java.util.stream.IntStream.range(0, H * W).filter(p -> p != 20).toArray();
        new NoisyLinearImputation(H, W, gone).apply(image, 0, 0, new Draws(1));
        double[] fours = new double[H * W];
        Arrays.fill(fours, 4);
        assertThat(image).containsExactly(fours, within(1e-9));
    }

    @Test
    void apply_nothingKept_becomesTheMean() {
        double[] image = {1, 2, 3, 6};
        new NoisyLinearImputation(2, 2, new int[] {3, 0, 1, 2}).apply(image, 0, 0, new Draws(1));
        assertThat(image).containsExactly(new double[] {3, 3, 3, 3}, within(1e-12));
    }

    @Test
    void apply_noise_hasTheStatedDeviationOnRemovedPixelsOnly() {
        int side = 60;
        double[] image = new double[side * side];
        int[] gone = java.util.stream.IntStream.range(0, side * side)
                .filter(p -> p % 2 == 0)
                .toArray();
        new NoisyLinearImputation(side, side, gone).apply(image, 0, 0.01, new Draws(1));
        double square = 0;
        for (int p = 0; p < image.length; p++) {
            assertThat(p % 2 == 0 || image[p] == 0).isTrue();
            square += image[p] * image[p] / gone.length;
        }
        assertThat(Math.sqrt(square)).isCloseTo(0.01, within(0.0005));
    }
}

package dev.qualm.attribution.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.metric.MapPearson;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Every batched method against the definition, one image and one perturbation at a time, on a nonlinear network. */
class SlowOraclesTest {
    private static final int N = 3;
    private static final int PIXELS = 64;
    private static final int SIZE = 192;
    private static final long SEED = 7;
    private static final Network NETWORK = Judged.images();
    private static final Array X = Judged.inputs(11, N, 3, 8, 8);
    private static final int[] CLASSES = {0, 3, 4};
    private static final MapFunction GRADIENT = Judged.gradient(NETWORK);

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    private static double[] image(int i) {
        return X.slice(i, i + 1).toDoubles().clone();
    }

    private static Array one(double[] x) {
        return Array.of(x.clone(), 1, 3, 8, 8);
    }

    private static double[] logits(double[] x) {
        return NETWORK.logits(one(x)).toDoubles();
    }

    private static double f(double[] x, int i) {
        return logits(x)[CLASSES[i]];
    }

    private static double[] map(double[] x, int i) {
        return GRADIENT.maps(one(x), new int[] {CLASSES[i]}).toDoubles();
    }

    private static double[] summed(double[] map) {
        double[] out = new double[PIXELS];
        for (int p = 0; p < PIXELS; p++) {
            out[p] = map[p] + map[PIXELS + p] + map[2 * PIXELS + p];
        }
        return out;
    }

    private static Draws draws(int i, int k) {
        return new Draws(SEED, Draws.content(image(i)), k);
    }

    private static void blacken(double[] x, int pixel) {
        x[pixel] = 0;
        x[PIXELS + pixel] = 0;
        x[2 * PIXELS + pixel] = 0;
    }

    /** Pixels by falling relevance; there are no ties here. */
    private static int[] order(double[] relevance) {
        int[] out = new int[PIXELS];
        for (int p = 0; p < PIXELS; p++) {
            int above = 0;
            for (double r : relevance) {
                above += r > relevance[p] ? 1 : 0;
            }
            out[above] = p;
        }
        return out;
    }

    @Test
    void faithfulnessCorrelation_oneByOne_agrees() {
        Evaluation e = new FaithfulnessCorrelation(20, 10, Baseline.zero(), Output.LOGIT, SEED)
                .evaluate(NETWORK, GRADIENT, X, CLASSES);
        for (int i = 0; i < N; i++) {
            double[] h = summed(map(image(i), i));
            double[] sums = new double[20];
            double[] drops = new double[20];
            for (int k = 0; k < 20; k++) {
                double[] x = image(i);
                for (int p : draws(i, k).subset(10, PIXELS)) {
                    blacken(x, p);
                    sums[k] += h[p];
                }
                drops[k] = f(image(i), i) - f(x, i);
            }
            assertThat(e.values()[i]).isCloseTo(MapPearson.correlation(sums, drops), within(1e-9));
        }
    }

    @Test
    void pixelFlipping_oneByOne_agrees() {
        RemovalCurves curves = new PixelFlipping(
                        16, 0.5, 2, Baseline.mean(), Output.PROBABILITY, Reading.ABSOLUTE, SEED)
                .curves(NETWORK, GRADIENT, X, CLASSES);
        assertThat(curves.mostFirst().removed()).hasSize(17).endsWith(0.5);
        double[] keep = new double[17];
        for (int i = 0; i < N; i++) {
            int[] order =
                    order(Arrays.stream(summed(map(image(i), i))).map(Math::abs).toArray());
            double[] x = image(i);
            double area = 0;
            double clean = Output.PROBABILITY.of(logits(x), CLASSES[i]);
            for (int k = 0; k <= 16; k++) {
                for (int step = Math.max(0, 2 * k - 2); step < 2 * k; step++) {
                    for (int c = 0; c < 3; c++) {
                        x[c * PIXELS + order[step]] = Arrays.stream(image(i), c * PIXELS, (c + 1) * PIXELS)
                                .average()
                                .orElseThrow();
                    }
                }
                double p = Output.PROBABILITY.of(logits(x), CLASSES[i]);
                assertThat(curves.mostFirst().outputs()[i][k]).isCloseTo(p, within(1e-10));
                area += (clean - p) / 17;
                keep[k] += Subject.argmax(logits(x)) == CLASSES[i] ? 1.0 / N : 0;
            }
            assertThat(curves.mostFirst().score().values()[i]).isCloseTo(area, within(1e-10));
        }
        assertThat(curves.mostFirst().accuracy()).containsExactly(keep, within(1e-12));
        assertThat(Objects.requireNonNull(curves.random()).outputs()[0][0])
                .isCloseTo(curves.mostFirst().outputs()[0][0], within(1e-12));
    }

    @Test
    void regionPerturbation_oneByOne_agrees() {
        RemovalCurves curves = new RegionPerturbation(
                        3, 4, 0, Baseline.values(1, 2, 3), Output.LOGIT, Reading.SIGNED, SEED)
                .curves(NETWORK, GRADIENT, X, CLASSES);
        assertThat(curves.random()).isNull();
        for (int i = 0; i < N; i++) {
            double[] h = summed(map(image(i), i));
            double[] sums = new double[9];
            for (int p = 0; p < PIXELS; p++) {
                sums[p / 8 / 3 * 3 + p % 8 / 3] += h[p];
            }
            double[] x = image(i);
            boolean[] gone = new boolean[9];
            for (int k = 1; k <= 4; k++) {
                int best = -1;
                for (int cell = 0; cell < 9; cell++) {
                    best = !gone[cell] && (best < 0 || sums[cell] > sums[best]) ? cell : best;
                }
                gone[best] = true;
                for (int p = 0; p < PIXELS; p++) {
                    for (int c = 0; c < 3 && p / 8 / 3 * 3 + p % 8 / 3 == best; c++) {
                        x[c * PIXELS + p] = c + 1;
                    }
                }
                assertThat(curves.mostFirst().outputs()[i][k]).isCloseTo(f(x, i), within(1e-10));
            }
        }
    }

    @Test
    void road_oneByOne_agrees() {
        Road road = new Road(List.of(0.25, 0.75), false, 0, Reading.SIGNED, SEED);
        RemovalCurve curve = road.curve(NETWORK, GRADIENT, X, CLASSES);
        for (int i = 0; i < N; i++) {
            int[] order =
                    order(Arrays.stream(summed(map(image(i), i))).map(v -> -v).toArray());
            double mean = 0;
            for (int k = 0; k < 2; k++) {
                boolean[] gone = new boolean[PIXELS];
                for (int step = 0; step < 16 + 32 * k; step++) {
                    gone[order[step]] = true;
                }
                double[] x = image(i);
                for (int c = 0; c < 3; c++) {
                    double[] channel = Arrays.copyOfRange(x, c * PIXELS, (c + 1) * PIXELS);
                    System.arraycopy(NoisyLinearImputationTest.dense(channel, 8, 8, gone), 0, x, c * PIXELS, PIXELS);
                }
                double p = Output.PROBABILITY.of(logits(x), CLASSES[i]);
                assertThat(curve.outputs()[i][k + 1]).isCloseTo(p, within(1e-6));
                mean += p / 2;
            }
            assertThat(curve.score().values()[i]).isCloseTo(mean, within(1e-6));
        }
        assertThat(curve.score().better()).isEqualTo(Better.HIGHER);
        assertThat(curve.removed()).containsExactly(0, 0.25, 0.75);
    }

    @Test
    void infidelity_oneByOne_agrees() {
        Infidelity method = Infidelity.defaults(SEED)
                .withPerturbation(new Infidelity.Perturbation.Gaussian(0.2))
                .withSamples(6);
        double[] plain = method.evaluate(NETWORK, GRADIENT, X, CLASSES).values();
        double[] scaled =
                method.withScaled(true).evaluate(NETWORK, GRADIENT, X, CLASSES).values();
        for (int i = 0; i < N; i++) {
            double[] h = map(image(i), i);
            double[] predicted = new double[6];
            double[] drops = new double[6];
            for (int k = 0; k < 6; k++) {
                Draws draws = draws(i, k);
                double[] x = image(i);
                for (int e = 0; e < SIZE; e++) {
                    double change = 0.2 * draws.gaussian();
                    predicted[k] += change * h[e];
                    x[e] -= change;
                }
                drops[k] = f(image(i), i) - f(x, i);
            }
            assertThat(plain[i]).isCloseTo(error(predicted, drops, 1), within(1e-10));
            // The least over a fine grid of factors is what optimal scaling gives.
            double least = Double.POSITIVE_INFINITY;
            for (double factor = -3; factor < 3; factor += 1e-4) {
                least = Math.min(least, error(predicted, drops, factor));
            }
            assertThat(scaled[i]).isCloseTo(least, within(1e-5 * (1 + least)));
        }
    }

    private static double error(double[] predicted, double[] drops, double factor) {
        double sum = 0;
        for (int k = 0; k < drops.length; k++) {
            sum += Math.pow(factor * predicted[k] - drops[k], 2) / drops.length;
        }
        return sum;
    }

    @Test
    void robustness_oneByOne_agrees() {
        Neighbourhood near = Neighbourhood.uniform(5, 0.3);
        double[] sensitivity = new MaxSensitivity(near, SEED)
                .evaluate(NETWORK, GRADIENT, X, CLASSES)
                .values();
        double[] lipschitz = new LocalLipschitz(near, true, SEED)
                .evaluate(NETWORK, GRADIENT, X, CLASSES)
                .values();
        RelativeStability.Result stability = RelativeStability.defaults(SEED)
                .withNeighbourhood(near)
                .withTensor("relu2")
                .stability(NETWORK, GRADIENT, X, CLASSES);
        for (int i = 0; i < N; i++) {
            double[] x = image(i);
            double[] h = map(x, i);
            double[] best = new double[5];
            int flips = 0;
            for (int k = 0; k < 5; k++) {
                Draws draws = draws(i, k);
                double[] y = image(i);
                for (int e = 0; e < SIZE; e++) {
                    y[e] += 0.3 * (2 * draws.uniform() - 1);
                }
                double[] g = map(y, i);
                best[0] = Math.max(best[0], distance(h, g) / distance(h, new double[SIZE]));
                double mh = Arrays.stream(h).map(Math::abs).max().orElseThrow();
                double mg = Arrays.stream(g).map(Math::abs).max().orElseThrow();
                double[] hs = Arrays.stream(h).map(v -> v / mh).toArray();
                double[] gs = Arrays.stream(g).map(v -> v / mg).toArray();
                best[1] = Math.max(best[1], distance(hs, gs) / distance(x, y));
                double change = quotient(h, g);
                best[2] = Math.max(best[2], change / Math.max(1e-6, quotient(x, y)));
                best[3] = Math.max(best[3], change / Math.max(1e-6, distance(logits(x), logits(y))));
                best[4] = Math.max(best[4], change / Math.max(1e-6, quotient(hidden(x), hidden(y))));
                flips += Subject.argmax(logits(x)) == Subject.argmax(logits(y)) ? 0 : 1;
            }
            assertThat(sensitivity[i]).isCloseTo(best[0], within(1e-9 * best[0]));
            assertThat(lipschitz[i]).isCloseTo(best[1], within(1e-9 * best[1]));
            assertThat(stability.input().largest().values()[i]).isCloseTo(best[2], within(1e-7 * best[2]));
            assertThat(stability.output().largest().values()[i]).isCloseTo(best[3], within(1e-7 * best[3]));
            assertThat(Objects.requireNonNull(stability.representation())
                            .largest()
                            .values()[i])
                    .isCloseTo(best[4], within(1e-7 * best[4]));
            assertThat(stability.input().flips()[i]).isEqualTo(flips / 5.0);
        }
        // Clean logits, clean hidden, neighbours; the neighbours' hidden tensor comes with their logits.
        assertThat(stability.input().largest().cost()).isEqualTo(new Cost(N + N + 5 * N, N + 5 * N));
    }

    private static double[] hidden(double[] x) {
        return Objects.requireNonNull(NETWORK.run(one(x), List.of("relu2")).get("relu2"))
                .toDoubles();
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int e = 0; e < a.length; e++) {
            sum += Math.pow(a[e] - b[e], 2);
        }
        return Math.sqrt(sum);
    }

    private static double quotient(double[] a, double[] b) {
        double sum = 0;
        for (int e = 0; e < a.length; e++) {
            sum += Math.pow((a[e] - b[e]) / (a[e] == 0 ? 1e-6 : a[e]), 2);
        }
        return Math.sqrt(sum);
    }
}

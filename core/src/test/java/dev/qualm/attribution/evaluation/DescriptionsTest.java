package dev.qualm.attribution.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Complexity, sparseness, and localisation: values known by hand. */
class DescriptionsTest {
    private static final double NAN = Double.NaN;
    private static final Array FOUR = Array.of(
            new double[] {
                1, -1, 1, -1, // even
                0, 0, -5, 0, // one entry
                0, 0, 0, 0, // zero
                1, NAN, 0, 0,
                1, 0, 3, 0
            },
            5,
            4);

    @Test
    void complexity_knownMaps_isTheEntropyOfShares() {
        Evaluation e = new Complexity(1).evaluate(FOUR);
        double mixed = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75));
        assertThat(e.values()).containsExactly(new double[] {Math.log(4), 0, NAN, NAN, mixed}, within(1e-12));
        assertThat(e.status().stream().map(Status::isOk)).containsExactly(true, true, false, false, true);
        assertThat(e.mean()).isCloseTo((Math.log(4) + mixed) / 3, within(1e-12));
    }

    @Test
    void sparseness_knownMaps_isTheGiniIndex() {
        Evaluation e = new Sparseness(1).evaluate(FOUR);
        // 0 0 1 3: mean absolute difference (1+3+1+3+2)/16*2 over twice the mean 1.
        assertThat(e.values()).containsExactly(new double[] {0, 0.75, NAN, NAN, 20 / 16.0 / 2}, within(1e-12));
    }

    @Test
    void descriptions_channels_areSummedFirst() {
        Array cancelling = Array.of(new double[] {1, 2, -1, 3}, 1, 2, 1, 2);
        assertThat(new Complexity(1).evaluate(cancelling).values()).containsExactly(0);
    }

    @Test
    void pointingGame_peaksInsideOutsideAndShared() {
        double[] inside = new double[20];
        inside[6] = 2;
        double[] outside = new double[20];
        outside[19] = 2;
        double[] both = new double[20];
        both[6] = 2;
        both[19] = 2;
        double[] negative = new double[20];
        negative[6] = -3;
        negative[19] = 1;
        boolean[] mask = new boolean[20];
        mask[6] = true;
        mask[7] = true;
        Array maps = stack(inside, outside, both, negative, new double[20]);
        Array masks = masks(5, mask);
        Evaluation e = PointingGame.defaults(1).evaluate(maps, masks);
        assertThat(e.values()).containsExactly(new double[] {1, 0, 0.5, 0, NAN}, within(0.0));
        // From pixel (3, 4) to the mask at (1, 2): the square root of 8.
        assertThat(new PointingGame(2.83, Reading.ABSOLUTE, 1)
                        .evaluate(maps, masks)
                        .values())
                .containsExactly(new double[] {1, 1, 1, 1, NAN}, within(0.0));
        assertThat(new PointingGame(2.82, Reading.ABSOLUTE, 1)
                        .evaluate(maps, masks)
                        .values()[1])
                .isZero();
    }

    @Test
    void relevanceMass_knownMaps_isTheShareInside() {
        double[] map = new double[20];
        map[6] = 2;
        map[0] = 1;
        map[7] = -3;
        boolean[] mask = new boolean[20];
        mask[6] = true;
        mask[7] = true;
        Array maps = stack(map, new double[20]);
        RelevanceMass.Result r = RelevanceMass.defaults(1).evaluate(maps, masks(2, mask));
        assertThat(r.evaluation().values()).containsExactly(new double[] {2 / 3.0, NAN}, within(1e-12));
        assertThat(r.area()[0]).isCloseTo(0.1, within(1e-12));
        assertThat(new RelevanceMass(Reading.ABSOLUTE, 1)
                        .evaluate(maps, masks(2, mask))
                        .evaluation()
                        .values()[0])
                .isCloseTo(5 / 6.0, within(1e-12));
    }

    @Test
    void localisation_emptyMaskOrWrongShape_saysSo() {
        Array maps = stack(new double[20], new double[20]);
        Evaluation e = PointingGame.defaults(1).evaluate(maps, masks(2, new boolean[20]));
        assertThat(e.status()).allSatisfy(s -> assertThat(s.detail()).contains("mask is empty"));
        assertThat(e.mean()).isNaN();
        assertThat(e.interval()).isNull();
        assertThatThrownBy(() -> PointingGame.defaults(1).evaluate(maps, masks(3, new boolean[20])))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2, 4, 5]");
        assertThatThrownBy(() -> RelevanceMass.defaults(1).evaluate(FOUR, FOUR))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("needs images");
    }

    private static Array stack(double[]... maps) {
        return Array.of(Arrays.stream(maps).flatMapToDouble(Arrays::stream).toArray(), maps.length, 4, 5);
    }

    private static Array masks(int n, boolean[] mask) {
        boolean[] all = new boolean[n * mask.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = mask[i % mask.length];
        }
        return Array.of(all, n, 4, 5);
    }
}

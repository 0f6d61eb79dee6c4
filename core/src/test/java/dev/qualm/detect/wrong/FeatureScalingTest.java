package dev.qualm.detect.wrong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.array.Array;
import org.junit.jupiter.api.Test;

class FeatureScalingTest {
    @Test
    void apply_rows_isThePapersFormula() {
        FeatureScaling scaling = FeatureScaling.of(new double[][] {{1, 0}, {2, 8}, {6, 4}});
        assertThat(scaling.mean()).containsExactly(3, 4);
        assertThat(scaling.range()).containsExactly(5, 8);
        assertThat(scaling.apply(new double[] {8, 0})).containsExactly(1, -0.5);
    }

    @Test
    void apply_constantFeature_isZeroForEveryValue() {
        FeatureScaling scaling = FeatureScaling.of(new double[][] {{0.1, 0}, {0.1, 1}, {0.1, 2}});
        assertThat(scaling.mean()[0]).isEqualTo(0.1);
        assertThat(scaling.apply(new double[] {0.1, 1})).containsExactly(0, 0);
        assertThat(scaling.apply(new double[] {5e9, 1})).containsExactly(0, 0);
        assertThat(scaling.apply(new double[] {Double.NaN, 1})[0]).isNaN();
    }

    @Test
    void toArray_restored_isTheSame() {
        FeatureScaling scaling = FeatureScaling.of(new double[][] {{1, 0}, {2, 8}, {6, 4}});
        FeatureScaling again = FeatureScaling.of(scaling.toArray());
        assertThat(again.mean()).isEqualTo(scaling.mean());
        assertThat(again.range()).isEqualTo(scaling.range());
        assertThatThrownBy(() -> FeatureScaling.of(Array.of(new double[] {0, -1}, 2, 1)))
                .isInstanceOf(FitException.class);
        assertThatThrownBy(() -> FeatureScaling.of(new double[0][])).isInstanceOf(FitException.class);
    }
}

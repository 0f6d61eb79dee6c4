package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ClassSelectionTest {
    private static final double[] LOGITS = {1, 5, -2, 5, 0};

    @Test
    void of_top_sortsByFallingLogitAndBreaksTiesByIndex() {
        assertThat(ClassSelection.top(3).of(LOGITS)).containsExactly(1, 3, 0);
        assertThat(ClassSelection.top(9).of(LOGITS)).containsExactly(1, 3, 0, 4, 2);
        assertThat(ClassSelection.top(9).size(5)).isEqualTo(5);
    }

    @Test
    void of_subset_keepsOrderAndTakesThePredictedClassIn() {
        assertThat(ClassSelection.subset(4, 1, 0).of(LOGITS)).containsExactly(4, 1, 0);
        assertThat(ClassSelection.subset(4, 2, 0).of(LOGITS)).containsExactly(4, 1, 0);
    }

    /** Java orders the two zeros and puts NaN above all numbers; neither may push the predicted class out. */
    @Test
    void of_zerosOfBothSignsAndNan_keepThePredictedClass() {
        double nan = Double.NaN;
        for (double[] z : new double[][] {
            {-0.0, 0.0, 0.0}, {0.0, -0.0, 0.0}, {nan, 1, 2, 3}, {1, nan, 2, 0}, {nan, nan, nan}, {-1, nan, nan}
        }) {
            int predicted = Logits.largest(z);
            assertThat(ClassSelection.top(2).of(z)).hasSize(2).contains(predicted);
            assertThat(ClassSelection.top(2).of(z)[0]).isEqualTo(predicted);
            assertThat(ClassSelection.subset(1, 2).of(z)).contains(predicted);
        }
        assertThat(Logits.largest(new double[] {nan, 1, 2, nan})).isEqualTo(2);
    }

    @Test
    void of_all_isEveryClass() {
        assertThat(ClassSelection.all().of(LOGITS)).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void subset_wrongClasses_areRefused() {
        assertThatThrownBy(() -> ClassSelection.subset(1)).hasMessageContaining("at least 2");
        assertThatThrownBy(() -> ClassSelection.subset(1, 1)).hasMessageContaining("different");
        assertThatThrownBy(() -> ClassSelection.subset(-1, 1)).hasMessageContaining("from 0 on");
        assertThatThrownBy(() -> ClassSelection.top(1)).hasMessageContaining("at least 2");
        assertThatThrownBy(() -> ClassSelection.subset(0, 5).of(LOGITS)).hasMessageContaining("0 to 4");
    }
}

package dev.qualm.detect.wrong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Logistic regression and discriminants against scikit-learn 1.2.1 and slow formulas. */
class LinearModelsTest {
    private static final Offset<Double> CLOSE = within(1e-9);

    @Test
    void logisticRegression_waves_equalsScikitLearn() {
        Planted data = Planted.waves();
        LinearModel one = new LogisticRegression(1).fit(data.rows(), data.wrong(), 0);
        assertThat(one.weights())
                .containsExactly(new double[] {1.793951971484633, 0.8555963209463893, 0.22117385827594713}, CLOSE);
        assertThat(one.bias()).isCloseTo(-0.2943501011610875, CLOSE);
        LinearModel weak = new LogisticRegression(0.1).fit(data.rows(), data.wrong(), 0);
        assertThat(weak.weights())
                .containsExactly(new double[] {2.68929677798148, 1.4981958365937735, 0.9172450858648205}, CLOSE);
        assertThat(weak.bias()).isCloseTo(-0.6812367325010525, CLOSE);
    }

    @Test
    void logisticRegression_anyData_hasAZeroGradient() {
        for (long seed = 0; seed < 5; seed++) {
            Planted data = Planted.normal(90, 5, 0.3 * seed, seed);
            LinearModel fitted = new LogisticRegression(0.5).fit(data.rows(), data.wrong(), 0);
            double[] gradient = new double[6];
            for (int i = 0; i < 90; i++) {
                double error = fitted.probability(data.rows()[i]) - (data.wrong()[i] ? 1 : 0);
                for (int k = 0; k < 5; k++) {
                    gradient[k] += error * data.rows()[i][k];
                }
                gradient[5] += error;
            }
            for (int k = 0; k < 5; k++) {
                gradient[k] += 0.5 * fitted.weights()[k];
            }
            assertThat(gradient).containsExactly(new double[6], within(1e-6));
        }
    }

    @Test
    void logisticRegression_separatedAndHugeFeatures_staysFinite() {
        double[][] rows = {{-1e6}, {-2e6}, {1e6}, {3e6}};
        boolean[] wrong = {false, false, true, true};
        LinearModel fitted = new LogisticRegression(1e-6).fit(rows, wrong, 0);
        assertThat(fitted.weights()[0]).isPositive().isFinite();
        assertThat(fitted.probability(rows[3])).isGreaterThan(0.99);
        assertThat(fitted.probability(rows[0])).isLessThan(0.01);
        assertThatThrownBy(() -> new LogisticRegression(0)).isInstanceOf(FitException.class);
    }

    @Test
    void linearDiscriminant_waves_equalsScikitLearn() {
        Planted data = Planted.waves();
        LinearModel plain = new LinearDiscriminant(0).fit(data.rows(), data.wrong(), 0);
        assertThat(plain.weights())
                .containsExactly(new double[] {3.232252745373033, 1.5150900642048097, 0.9493220447237819}, CLOSE);
        assertThat(plain.bias()).isCloseTo(-0.7079267944814305, CLOSE);
        // Its shrinking solver divides the covariance by n, so its weights are n / (n - 2) times ours.
        LinearModel shrunk = new LinearDiscriminant(0.1).fit(data.rows(), data.wrong(), 0);
        double[] expected = {3.3405778971360522, 1.5179918522654132, 0.6879461134906162};
        for (int k = 0; k < 3; k++) {
            assertThat(shrunk.weights()[k]).isCloseTo(expected[k] * 38 / 40, CLOSE);
        }
    }

    @Test
    void quadraticDiscriminant_waves_equalsScikitLearn() {
        Planted data = Planted.waves();
        FittedModel fitted = new QuadraticDiscriminant(0).fit(data.rows(), data.wrong(), 0);
        double[] expected = {0.6557043196436553, 0.8706074696401616, 0.8309031062112076, 0.8022854098073725};
        for (int i = 0; i < 4; i++) {
            assertThat(fitted.probability(data.rows()[i])).isCloseTo(expected[i], CLOSE);
        }
    }

    @Test
    void quadraticDiscriminant_oneFeature_isTheRatioOfNormalDensities() {
        double[][] rows = {{0}, {2}, {4}, {10}, {11}};
        boolean[] wrong = {false, false, false, true, true};
        FittedModel fitted = new QuadraticDiscriminant(0).fit(rows, wrong, 0);
        for (double x : new double[] {-3, 1, 5, 8, 10.2, 30}) {
            double right = 0.6 * density(x, 2, 4);
            double bad = 0.4 * density(x, 10.5, 0.5);
            assertThat(fitted.probability(new double[] {x})).isCloseTo(bad / (bad + right), within(1e-12));
        }
    }

    private static double density(double x, double mean, double variance) {
        return Math.exp(-(x - mean) * (x - mean) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
    }

    @Test
    void discriminants_withoutShrinkage_refuseDependentFeatures() {
        double[][] rows = {{1, 2}, {2, 4}, {3, 6}, {5, 10}, {4, 8}, {7, 14}};
        boolean[] wrong = {true, false, true, false, true, false};
        assertThatThrownBy(() -> new LinearDiscriminant(0).fit(rows, wrong, 0))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("shrinkage");
        assertThatThrownBy(() -> new QuadraticDiscriminant(0).fit(rows, wrong, 0))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("shrinkage");
        assertThatThrownBy(() -> new LinearDiscriminant(1.5)).isInstanceOf(FitException.class);
    }
}

package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Close;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As many steps as each input needs, and no more. */
class AdaptivePathTest {
    private static final Baseline BASELINE = new Baseline(0.1);

    @ParameterizedTest
    @ValueSource(strings = {"attention", "lstm", "residual", "gates", "max-pool"})
    void solve_smoothAndKinkedNetworks_keepsTheToleranceAndEqualsTheFixedRule(String name) {
        Zoo.Animal animal = Zoo.named(name);
        Array x = animal.inputs(5, 5);
        double tolerance = 0.02;
        try (Network network = animal.network(Precision.FLOAT64);
                AdaptiveExplainer e =
                        IntegratedGradients.adaptive(tolerance, BASELINE).on(network, Target.logit())) {
            AdaptivePath.Result found = e.solve(x, Explainer.predicted(5));
            Explanation all = found.explanation();
            assertThat(found.converged()).containsOnly(true);
            assertThat(all.warnings()).isEmpty();
            double[] z0 = network.logits(BASELINE.item(x.shape(), false)).toDoubles();
            for (int i = 0; i < 5; i++) {
                double origin = z0[all.classes()[i]];
                double change = Math.max(Math.abs(all.values()[i] - origin), AdaptivePath.SMALL);
                assertThat(Math.abs(all.residuals()[i])).isLessThanOrEqualTo(tolerance * change * (1 + 1e-9));
                Array one = x.slice(i, i + 1);
                assertThat(Close.relative(
                                map(network, found.steps()[i], one),
                                all.relevance().slice(i, i + 1)))
                        .isLessThan(1e-11);
                AdaptivePath.Result single = e.solve(one, Explainer.predicted(1));
                assertThat(single.steps()).containsExactly(found.steps()[i]);
                assertThat(Close.relative(
                                single.explanation().relevance(),
                                all.relevance().slice(i, i + 1)))
                        .isLessThan(1e-11);
                if (found.steps()[i] > AdaptivePath.FEWEST) {
                    // Half as many would not have done.
                    assertThat(fixed(network, found.steps()[i] / 2, one)).isGreaterThan(tolerance * change);
                }
            }
        }
    }

    private static Array map(Network network, int steps, Array one) {
        return explain(network, steps, one).relevance();
    }

    private static double fixed(Network network, int steps, Array one) {
        return Math.abs(explain(network, steps, one).residuals()[0]);
    }

    private static Explanation explain(Network network, int steps, Array one) {
        try (Explainer e = new IntegratedGradients(Quadrature.trapezoid(steps), BASELINE).on(network, Target.logit())) {
            return e.explain(one);
        }
    }

    @Test
    void solve_inputsOfDifferentDifficulty_computesEachNodeOnceAndStopsThoseThatAreDone() {
        Zoo.Animal animal = Zoo.named("residual");
        double[] values = animal.inputs(6, 5).toDoubles();
        int size = values.length / 6;
        Arrays.fill(values, 0, size, 0.1); // the first input is the baseline: done at once
        Array x = Array.of(values, 6, 2, 6, 6);
        try (Network network = animal.network(Precision.FLOAT64);
                AdaptiveExplainer e =
                        IntegratedGradients.adaptive(1e-3, BASELINE).on(network, Target.logit())) {
            AdaptivePath.Result found = e.solve(x, Explainer.predicted(6));
            int[] steps = found.steps();
            assertThat(steps[0]).isEqualTo(AdaptivePath.FEWEST);
            assertThat(Arrays.stream(steps).max().orElseThrow()).isGreaterThan(AdaptivePath.FEWEST);
            double nodes = Arrays.stream(steps).map(s -> s + 1).average().orElseThrow();
            assertThat(found.explanation().passes()).isEqualTo(1 + 2 * nodes);
            assertThat(found.explanation().provenance().entries())
                    .containsEntry("tolerance", "0.001")
                    .hasEntrySatisfying("steps", s -> assertThat(s).startsWith("8 to "));
        }
    }

    @Test
    void solve_toleranceOutOfReach_saysHowManyAndSparesWhatIsNotFinite() {
        Zoo.Animal animal = Zoo.named("residual");
        double[] values = animal.inputs(3, 5).toDoubles();
        values[0] = Double.NaN;
        Array x = Array.of(values, 3, 2, 6, 6);
        try (Network network = animal.network(Precision.FLOAT64);
                AdaptiveExplainer e =
                        IntegratedGradients.adaptive(1e-14, BASELINE).on(network, Target.logit())) {
            AdaptivePath.Result found = e.solve(x, new int[] {0, 0, 0});
            assertThat(found.steps()).containsExactly(AdaptivePath.FEWEST, AdaptivePath.MOST, AdaptivePath.MOST);
            assertThat(found.converged()).containsOnly(false);
            assertThat(found.explanation().status().get(0).kind()).isEqualTo(Status.Kind.NON_FINITE);
            assertThat(found.explanation().status().get(1)).isEqualTo(Status.OK);
            assertThat(found.explanation().warnings())
                    .singleElement()
                    .asString()
                    .startsWith("2 of 3 inputs did not converge");
        }
    }

    @Test
    void explain_noInputs_isEmpty() {
        Zoo.Animal animal = Zoo.named("residual");
        try (Network network = animal.network(Precision.FLOAT64);
                Explainer e = IntegratedGradients.adaptive(0.01, BASELINE).on(network, Target.logit())) {
            assertThat(e.explain(animal.inputs(2, 1).slice(0, 0)).status()).isEmpty();
        }
    }

    @Test
    void on_wholeNumbersOrVoidTolerance_saysWhy() {
        Zoo.Animal tokens =
                Zoo.all().stream().filter(Zoo.Animal::isInteger).findFirst().orElseThrow();
        try (Network network = tokens.network(Precision.FLOAT64)) {
            AdaptivePath method = IntegratedGradients.adaptive(0.01, BASELINE);
            assertThatThrownBy(() -> method.on(network, Target.logit()))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("gradient-times-input");
        }
        for (double tolerance : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> IntegratedGradients.adaptive(tolerance, BASELINE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tolerance above 0");
        }
    }
}

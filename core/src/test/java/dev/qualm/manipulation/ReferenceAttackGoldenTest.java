package dev.qualm.manipulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.AttributionOptions;
import dev.qualm.attribution.Attributions;
import dev.qualm.attribution.Bounds;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.attribution.Target;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The trajectories of the program of Dombrowski et al. 2019, over the network itself. */
class ReferenceAttackGoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden/n5-rgb-seq");
    private static final int STEPS = 20;

    private final Map<String, Array> io = read("io.npz");
    private final Map<String, Array> golden = read("ecbm_attack.npz");

    private static Map<String, Array> read(String file) {
        try (Npz npz = Npz.open(FOLDER.resolve(file))) {
            return npz.readAll();
        }
    }

    private double[] io(String key) {
        return Objects.requireNonNull(io.get(key)).toDoubles();
    }

    private Array golden(String key) {
        return Objects.requireNonNull(golden.get(key), key);
    }

    @Test
    void reference_gradientWithBetaGrowth_followsTheProgramsTrajectory() {
        follow("gradient_growth", Attributions.of("gradient"), true, 0.005, 1e-9);
    }

    @Test
    void reference_lrpOnTheDeployedNetwork_followsTheProgramsTrajectory() {
        Bounds scalar = Bounds.of(
                Arrays.stream(io("low")).min().orElseThrow(),
                Arrays.stream(io("high")).max().orElseThrow());
        Attribution lrp =
                Attributions.of("lrp-reference", AttributionOptions.none().withBounds(scalar));
        follow("lrp", lrp, false, 0.002, 1e-13);
    }

    private void follow(String run, Attribution method, boolean growth, double rate, double tolerance) {
        ExplanationAttack attack = ExplanationAttack.reference(growth, 1e7, 1e2, rate, STEPS, io("low"), io("high"));
        List<AttackStep> steps = new ArrayList<>();
        Target target = Target.logit().startingFromValue();
        try (Network network = Network.load(FOLDER.resolve("model.onnx"), Precision.FLOAT64);
                SmoothedMaps maps = SmoothedMaps.of(method, network, target)) {
            AttackResult result = attack.run(
                    maps,
                    golden("x").asFloat64(),
                    null,
                    AttackTarget.images(golden("x_target").asFloat64()),
                    Map.of(),
                    steps::add);

            assertThat(steps).hasSize(STEPS);
            double[] images = golden(run + ".x_adv_steps.f64").toDoubles();
            double[] losses = golden(run + ".losses.f64").toDoubles();
            for (int i = 0; i < STEPS; i++) {
                AttackStep step = steps.get(i);
                int size = images.length / STEPS;
                near(
                        "image after step " + i,
                        step.images(),
                        Arrays.copyOfRange(images, i * size, (i + 1) * size),
                        tolerance);
                double[] found = {step.total()[0], step.map()[0], step.output()[0]};
                for (int k = 0; k < 3; k++) {
                    double expected = losses[3 * i + k];
                    assertThat(found[k])
                            .as("loss %d at step %d", k, i)
                            .isCloseTo(expected, within(1e-8 * Math.abs(expected) + 1e-16));
                }
                if (growth) {
                    assertThat(step.beta())
                            .isCloseTo(golden(run + ".beta_per_step.f64").toDoubles()[i], within(1e-12));
                }
            }
            near(
                    "original map",
                    result.originalMaps(),
                    golden(run + ".org_expl.f64").toDoubles(),
                    1e-12);
            near(
                    "target map",
                    Objects.requireNonNull(result.targetMaps()),
                    golden(run + ".target_expl.f64").toDoubles(),
                    1e-12);
            near(
                    "output held",
                    Array.of(Vectors.softmax(result.originalLogits().toDoubles()), 1, 5),
                    golden(run + ".org_prob.f64").toDoubles(),
                    1e-12);
            // The program shows the final map of the deployed network, whatever it attacked.
            Seen deployed =
                    Seen.of(maps.apply(Double.POSITIVE_INFINITY), HeatMapForm.REFERENCE, result.images(), new int[] {
                        result.outcomes().get(0).explained()
                    });
            near(
                    "final map",
                    deployed.heatMaps(),
                    golden(run + ".final_expl_relu.f64").toDoubles(),
                    tolerance);
            near(
                    "final output",
                    Array.of(Vectors.softmax(deployed.logits().toDoubles()), 1, 5),
                    golden(run + ".final_prob_relu.f64").toDoubles(),
                    tolerance);
        }
    }

    private static void near(String what, Array found, double[] expected, double tolerance) {
        double[] values = found.toDoubles();
        assertThat(values).as(what).hasSameSizeAs(expected);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            worst = Math.max(worst, Math.abs(values[i] - expected[i]));
        }
        assertThat(worst).as(what).isLessThanOrEqualTo(tolerance);
    }
}

package dev.qualm.manipulation;

import static dev.qualm.manipulation.ExplanationAttackTest.NET;
import static dev.qualm.manipulation.ExplanationAttackTest.SIZE;
import static dev.qualm.manipulation.ExplanationAttackTest.images;
import static dev.qualm.manipulation.ExplanationAttackTest.quick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.DifferentiableMaps;
import java.util.Map;
import java.util.function.DoubleFunction;
import org.junit.jupiter.api.Test;

/** Images, targets and derivatives that an attack cannot use. */
class ExplanationAttackInputsTest {
    @Test
    void run_badImages_costOnlyThemselves() {
        double[] data = images(1, 4).doubles().clone();
        data[SIZE + 3] = Double.NaN;
        data[2 * SIZE + 3] = 255;
        Array images = Array.of(data, 4, 2, 3, 4);
        Array targets = images(2, 4);
        AttackResult result = quick(new RelativeError()).run(NET.maps(), images, AttackTarget.images(targets));
        AttackResult clean = quick(new RelativeError()).run(NET.maps(), images(1, 4), AttackTarget.images(targets));
        assertThat(result.outcomes().get(1).status().kind()).isEqualTo(Status.Kind.NON_FINITE);
        assertThat(result.outcomes().get(2).status().detail()).contains("255");
        assertThat(result.outcomes().get(1).reason()).isEqualTo(EarlyStop.Reason.FAILED);
        assertThat(result.outcomes().get(1).steps()).isZero();
        for (int good : new int[] {0, 3}) {
            assertThat(result.images().slice(good, good + 1))
                    .isEqualTo(clean.images().slice(good, good + 1));
        }
        assertThat(result.images().get(2 * SIZE + 3)).isEqualTo(255);
    }

    @Test
    void run_nanGradient_stopsThatImageWhereItWas() {
        DoubleFunction<DifferentiableMaps> poisoned = beta -> (batch, classes) -> {
            DifferentiableMaps.Point inner = NET.maps().apply(beta).at(batch, classes);
            return new DifferentiableMaps.Point() {
                @Override
                public Array maps() {
                    return inner.maps();
                }

                @Override
                public Array logits() {
                    return inner.logits();
                }

                @Override
                public Array pullback(Array u, Array v) {
                    double[] g = inner.pullback(u, v).toDoubles().clone();
                    g[0] = v == null || batch.dim(0) < 2 ? g[0] : Double.NaN;
                    return Array.of(g, batch.shape());
                }

                @Override
                public void close() {}
            };
        };
        Array images = images(1, 2);
        AttackResult result = quick(new RelativeError()).run(poisoned, images, AttackTarget.images(images(2, 2)));
        assertThat(result.outcomes().get(0).status().kind()).isEqualTo(Status.Kind.NON_FINITE);
        assertThat(result.outcomes().get(0).status().detail()).contains("step 0");
        assertThat(result.images().slice(0, 1)).isEqualTo(images.slice(0, 1));
        assertThat(result.outcomes().get(1).status()).isEqualTo(Status.OK);
        assertThat(result.outcomes().get(1).steps()).isEqualTo(60);
    }

    @Test
    void run_targets_givenAsMapsEqualThoseOfImages() {
        Array images = images(1, 2);
        AttackResult byImages = quick(new MapError()).run(NET.maps(), images, AttackTarget.images(images(2, 2)));
        AttackResult byMaps =
                quick(new MapError()).run(NET.maps(), images, AttackTarget.heatMaps(byImages.targetMaps()));
        assertThat(byMaps.images()).isEqualTo(byImages.images());
        Array zero = Array.zeros(DType.FLOAT64, 1, 3, 4);
        AttackResult failed = quick(new RelativeError()).run(NET.maps(), images, AttackTarget.heatMaps(zero));
        assertThat(failed.outcomes()).allMatch(o -> o.status().kind() == Status.Kind.UNDEFINED);
        assertThat(failed.images()).isEqualTo(images);
    }

    @Test
    void run_wrongShapes_areRefusedWithWhatWasExpected() {
        ExplanationAttack attack = quick(new RelativeError());
        Array images = images(1, 3);
        assertThatThrownBy(() -> attack.run(NET.maps(), images, AttackTarget.none()))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("relative-error");
        assertThatThrownBy(() -> attack.run(NET.maps(), images, AttackTarget.images(images(1, 2))))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("[3, 2, 3, 4]");
        assertThatThrownBy(() ->
                        attack.run(NET.maps(), images, AttackTarget.heatMaps(Array.zeros(DType.FLOAT64, 3, 4, 3))))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("[3, 3, 4]");
        assertThatThrownBy(() ->
                        attack.run(NET.maps(), images, new int[2], AttackTarget.images(images), Map.of(), step -> {}))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("3 classes");
        assertThatThrownBy(() ->
                        attack.run(NET.maps(), Array.zeros(DType.FLOAT64, 0, 2, 3, 4), AttackTarget.images(images)))
                .isInstanceOf(QualmException.class);
    }

    @Test
    void provenance_names_everyParameter() {
        AttackResult result = quick(new TopK(3)).run(NET.maps(), images(1, 1), AttackTarget.none());
        assertThat(result.provenance().entries())
                .containsEntry("method", "explanation-attack")
                .containsEntry("loss", "top-k(3)")
                .containsEntry("seed", "0")
                .containsKeys("optimizer", "constraint", "betas", "stop", "steps", "output factor");
    }
}

package dev.qualm.sustainability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.network.Network;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EqualNormTest {
    @SuppressWarnings("NullAway.Init") // before all tests
    private static Network network;

    @BeforeAll
    static void open() {
        network = Network.of(TestNetworks.residual(3), Precision.FLOAT64);
    }

    @AfterAll
    static void close() {
        network.close();
    }

    @Test
    void analyse_equalNorm_allHaveTheSmallestSize() {
        Array x = TestNetworks.images(8, 1);
        Array small = Moved.images(x, 0.1, 2);
        Array large = Moved.images(x, 0.7, 2);
        SustainabilityResult found = LayerSustainability.of(network)
                .withEqualNorm(EqualNorm.smallest(EqualNorm.Length.L2))
                .analyse(x, null, List.of(Perturbation.given("small", small), Perturbation.given("large", large)));
        double[] values = Moved.values(found);
        assertThat(values[2]).isCloseTo(values[0], within(1e-9));
        assertThat(values[3]).isCloseTo(values[1], within(1e-9));
        assertThat(values[0])
                .isEqualTo(Moved.values(LayerSustainability.of(network).compare(x, small))[0]);
        assertThat(found.perturbations().get(1).l2())
                .isCloseTo(found.perturbations().get(0).l2(), within(1e-9));
    }

    @Test
    void analyse_equalNormWithRadius_reachesItInTheUnitOfTheBox() {
        Array x = TestNetworks.images(8, 1);
        Box box = Box.ofPixels(new double[] {0, 0, 0}, new double[] {0.5, 0.25, 0.2});
        SustainabilityResult found = LayerSustainability.of(network)
                .withBox(box)
                .withEqualNorm(new EqualNorm(EqualNorm.Length.LINF, 0.03))
                .compare(x, Moved.images(x, 0.7, 2));
        assertThat(found.perturbations().get(0).linf()).isCloseTo(0.03, within(1e-12));
    }

    @Test
    void analyse_equalNormOfUnmovedItem_excludesItThere() {
        Array x = TestNetworks.images(3, 1);
        double[] y = Moved.images(x, 0.5, 2).toDoubles().clone();
        System.arraycopy(x.toDoubles(), 192, y, 192, 192);
        SustainabilityResult found = LayerSustainability.of(network)
                .withEqualNorm(EqualNorm.smallest(EqualNorm.Length.LINF))
                .analyse(
                        x,
                        null,
                        List.of(
                                Perturbation.given("partly", Array.of(y, x.shape())),
                                Perturbation.given("all", Moved.images(x, 0.5, 3))));
        assertThat(found.of("partly", Measure.RELATIVE_ERROR).get(0).count()).isEqualTo(2);
        assertThat(found.of("partly", Measure.RELATIVE_ERROR).get(0).undefined())
                .isEqualTo(1);
        assertThat(found.of("all", Measure.RELATIVE_ERROR).get(0).count()).isEqualTo(3);
        assertThat(found.problems())
                .singleElement()
                .matches(p -> p.row() == 1 && p.perturbation().equals("partly"));
    }
}

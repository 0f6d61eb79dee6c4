package dev.qualm.detect.wrong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.classification.Label;
import org.tribuo.ensemble.EnsembleModel;
import org.tribuo.impl.ArrayExample;

class RandomForestTest {
    /** The trees that were read out of Tribuo's model decide as it does. */
    @Test
    void probability_anyRow_equalsTribuo() {
        Planted data = Planted.normal(200, 12, 1, 4);
        EnsembleModel<Label> oracle = TribuoForest.model(data.rows(), data.wrong(), 30, 6, 5);
        Forest forest = new RandomForest(30, 6).fit(data.rows(), data.wrong(), 5);
        String[] names = new String[12];
        for (int k = 0; k < 12; k++) {
            names[k] = TribuoForest.name(k);
        }
        for (double[] row : Planted.normal(50, 12, 1, 6).rows()) {
            double expected = oracle.predict(new ArrayExample<>(new Label("right"), names, row.clone()))
                    .getOutputScores()
                    .get("wrong")
                    .getScore();
            assertThat(forest.probability(row)).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void fit_depthAndTrees_areKept() {
        Planted data = Planted.normal(200, 4, 1, 4);
        Forest forest = new RandomForest(7, 2).fit(data.rows(), data.wrong(), 5);
        assertThat(forest.roots()).hasSize(7);
        assertThat(forest.feature().length).isLessThanOrEqualTo(7 * 7);
    }

    @Test
    void arrays_withACycle_areRefused() {
        Planted data = Planted.normal(100, 4, 1, 4);
        Forest forest = new RandomForest(3, 3).fit(data.rows(), data.wrong(), 5);
        for (String name : new String[] {"left", "right", "roots", "feature"}) {
            Map<String, Array> hostile = new HashMap<>(forest.arrays());
            int[] values = new int[forest.arrays().get(name).size()];
            java.util.Arrays.fill(values, name.equals("left") || name.equals("right") ? 0 : 1 << 20);
            hostile.put(name, Array.of(values, values.length));
            assertThatThrownBy(() -> FittedModels.of("forest", hostile)).isInstanceOf(UnreadableFileException.class);
        }
    }
}

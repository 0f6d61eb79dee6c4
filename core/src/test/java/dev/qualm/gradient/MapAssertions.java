package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What tests of cosine similarity maps share. */
final class MapAssertions {
    private MapAssertions() {}

    /** Every combination of settings, all classes. */
    static Stream<CosineSimilarityMaps> modes() {
        List<CosineSimilarityMaps> all = new ArrayList<>();
        for (boolean sign : new boolean[] {true, false}) {
            for (boolean rescale : new boolean[] {true, false}) {
                for (ChannelReduction c : ChannelReduction.values()) {
                    all.add(new CosineSimilarityMaps(sign, rescale, c, ClassSelection.all()));
                }
            }
        }
        return all.stream();
    }

    static void assertSame(double[][] actual, double[][] expected, double tolerance) {
        assertThat(actual).hasDimensions(expected.length, expected.length);
        for (int a = 0; a < expected.length; a++) {
            assertThat(actual[a]).as("row %s", a).containsExactly(expected[a], within(tolerance));
        }
    }
}

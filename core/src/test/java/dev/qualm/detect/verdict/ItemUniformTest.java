package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ItemUniformTest {
    @Test
    void of_manyContents_isUniform() {
        double[] u = IntStream.range(0, 20_000)
                .mapToDouble(i -> new ItemUniform(3).of("content " + i))
                .sorted()
                .toArray();
        for (int i = 0; i < u.length; i++) {
            assertThat(u[i]).isCloseTo((i + 0.5) / u.length, within(1.95 / Math.sqrt(u.length)));
        }
        assertThat(u[0]).isPositive();
        assertThat(u[u.length - 1]).isLessThan(1);
    }

    @Test
    void of_sameSeedAndContent_isTheSameNumberWhateverCameBefore() {
        double first = new ItemUniform(3).of("a");
        new ItemUniform(3).of("b");
        assertThat(new ItemUniform(3).of("a")).isEqualTo(first);
        assertThat(new ItemUniform(4).of("a")).isNotEqualTo(first);
        assertThat(new ItemUniform(3).of("b")).isNotEqualTo(first);
    }

    /** Recorded seeds must give recorded verdicts in every later version. */
    @Test
    void of_recordedSeed_givesTheRecordedNumber() {
        assertThat(new ItemUniform(7).of("item")).isEqualTo(0.2978590468062682);
    }

    @Test
    void of_seedsOfOneContent_areUniformToo() {
        double mean = Arrays.stream(IntStream.range(0, 10_000)
                        .mapToDouble(seed -> new ItemUniform(seed).of("one"))
                        .toArray())
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(0.5, within(0.02));
    }
}

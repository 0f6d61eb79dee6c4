package dev.qualm.report.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void fixed_ordinaryAndOddValues_readWell() {
        assertThat(Numbers.fixed(0.91251, 3)).isEqualTo("0.913");
        assertThat(Numbers.fixed(-1.5, 1)).isEqualTo("−1.5");
        assertThat(Numbers.fixed(-0.0001, 2)).isEqualTo("0.00");
        assertThat(Numbers.fixed(Double.NaN, 3)).isEqualTo("–");
        assertThat(Numbers.fixed(Double.NEGATIVE_INFINITY, 3)).isEqualTo("−∞");
    }

    @Test
    void significant_acrossMagnitudes_keepsItsDigits() {
        assertThat(Numbers.significant(0, 3)).isEqualTo("0");
        assertThat(Numbers.significant(0.012345, 3)).isEqualTo("0.0123");
        assertThat(Numbers.significant(1234.5, 3)).isEqualTo("1235");
        assertThat(Numbers.significant(1.234e-7, 2)).isEqualTo("1.2e−7");
        assertThat(Numbers.significant(-2.5e12, 2)).isEqualTo("−2.5e12");
    }

    @Test
    void millis_anySize_choosesTheUnit() {
        assertThat(Numbers.millis(0.0123)).isEqualTo("12\u00A0µs");
        assertThat(Numbers.millis(1.26)).isEqualTo("1.3\u00A0ms");
        assertThat(Numbers.millis(62_345)).isEqualTo("62.3\u00A0s");
        assertThat(Numbers.millis(Double.NaN)).isEqualTo("–");
    }

    @Test
    void coordinate_anyValue_isShortPlainAscii() {
        assertThat(Numbers.coordinate(3)).isEqualTo("3");
        assertThat(Numbers.coordinate(-0.004)).isEqualTo("0");
        assertThat(Numbers.coordinate(12.345)).isEqualTo("12.34");
        assertThat(Numbers.coordinate(1e-300)).isEqualTo("0");
        assertThatIllegalArgumentException().isThrownBy(() -> Numbers.coordinate(Double.NaN));
    }

    @Test
    void all_germanLocale_giveTheSame() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(Numbers.fixed(1234.5, 1)).isEqualTo("1234.5");
            assertThat(Numbers.count(1_234_567)).isEqualTo("1\u2009234\u2009567");
            assertThat(Numbers.significant(1.5e-9, 2)).isEqualTo("1.5e−9");
        } finally {
            Locale.setDefault(before);
        }
    }
}

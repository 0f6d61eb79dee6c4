package dev.qualm.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private final long[] now = {0};
    private final Ledger ledger = new Ledger(() -> now[0]);
    private final List<String> there = new ArrayList<>();

    private void shared(String key, long nanos, Runnable parts) {
        if (!there.contains(key)) {
            there.add(key);
            ledger.make(key, () -> {
                parts.run();
                now[0] += nanos;
                return key;
            });
        }
        ledger.use(key);
    }

    @Test
    void alone_sharedThings_countInFullForAllThatUseThem() {
        Runnable outer = () -> {
            now[0] += 1;
            shared("outer", 20, () -> shared("inner", 300, () -> {}));
        };
        assertThat(ledger.alone(outer)).isEqualTo(321);
        assertThat(ledger.alone(outer)).as("nothing is made anew").isEqualTo(321);
        assertThat(ledger.alone(() -> shared("inner", 300, () -> {}))).isEqualTo(300);
        assertThat(ledger.alone(() -> shared("other", 4000, () -> {})))
                .as("what others asked for is not counted")
                .isEqualTo(4000);
    }

    @Test
    void alone_madeFirstBySomethingElse_isNotCountedTwice() {
        assertThat(ledger.alone(() -> shared("inner", 300, () -> {}))).isEqualTo(300);
        assertThat(ledger.alone(() -> shared("outer", 20, () -> shared("inner", 300, () -> {}))))
                .isEqualTo(320);
    }

    @Test
    void alone_usedTwice_countsOnce() {
        assertThat(ledger.alone(() -> {
                    shared("a", 7, () -> {});
                    shared("a", 7, () -> {});
                }))
                .isEqualTo(7);
    }
}

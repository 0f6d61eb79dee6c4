package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final StringWriter text = new StringWriter();
    private long now;

    private ProgressBar bar(boolean terminal, long total) {
        return new ProgressBar(new PrintWriter(text, true), "Scoring", total, terminal, () -> now);
    }

    private void pass(double seconds) {
        now += (long) (seconds * 1e9);
    }

    @Test
    void update_onTerminal_drawsShareAndTimeLeft() {
        ProgressBar bar = bar(true, 2000);
        pass(10);
        bar.update(500, "loss 0.1");
        assertThat(text.toString())
                .isEqualTo("\rScoring [######..................] 500 of 2,000 (25 %), 30 s left, loss 0.1");
    }

    @Test
    void update_tooSoonAfterTheLast_drawsNothing() {
        ProgressBar bar = bar(true, 100);
        bar.update(1);
        String drawn = text.toString();
        pass(0.05);
        bar.update(2);
        assertThat(text.toString()).isEqualTo(drawn);
        pass(0.05);
        bar.update(3);
        assertThat(text.toString()).hasSizeGreaterThan(drawn.length());
    }

    @Test
    void close_onTerminal_clearsTheLine() {
        ProgressBar bar = bar(true, 100);
        bar.update(100);
        String drawn = text.toString();
        bar.close();
        assertThat(text.toString()).isEqualTo(drawn + "\r" + " ".repeat(drawn.length() - 1) + "\r");
        bar.update(100);
        assertThat(text.toString()).endsWith(" \r");
    }

    @Test
    void line_onTerminal_staysAboveTheBar() {
        ProgressBar bar = bar(true, 100);
        bar.update(1);
        bar.line("epoch 1");
        assertThat(text.toString()).endsWith("\repoch 1" + System.lineSeparator());
    }

    @Test
    void update_withoutTerminal_isSilentForTenSecondsThenALine() {
        ProgressBar bar = bar(false, 100);
        pass(9);
        bar.update(10);
        assertThat(text.toString()).isEmpty();
        pass(1);
        bar.update(20);
        assertThat(text.toString()).isEqualTo("Scoring 20 of 100 (20 %), 40 s left" + System.lineSeparator());
        bar.close();
        assertThat(text.toString()).doesNotContain("\r".repeat(2)).hasLineCount(1);
    }

    @Test
    void update_smallerThanBefore_isIgnored() {
        ProgressBar bar = bar(false, 100);
        bar.update(50);
        pass(20);
        bar.update(10);
        assertThat(text.toString()).isEmpty();
    }

    @Test
    void update_ofNothing_doesNotDivideByZero() {
        bar(true, 0).update(0);
        assertThat(text.toString()).contains("0 of 0 (100 %)");
    }

    @Test
    void duration_anyLength_isReadable() {
        assertThat(ProgressBar.duration(8_400_000_000L)).isEqualTo("8 s");
        assertThat(ProgressBar.duration(200_000_000_000L)).isEqualTo("3 min 20 s");
        assertThat(ProgressBar.duration(7_500_000_000_000L)).isEqualTo("2 h 5 min");
    }
}

package dev.qualm.detect.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scores;
import dev.qualm.detect.verdict.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StreamWatchTest {
    private static JudgedItems items(double[] first, double[] second, boolean readable) {
        int n = first.length;
        Verdict pass = new Verdict(Verdict.Kind.PASS, 0, 0.5, "", false);
        List<ItemVerdict> verdicts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            verdicts.add(new ItemVerdict(Map.of(), pass, "msp"));
        }
        Status[] status = new Status[n];
        Arrays.fill(status, readable ? Status.OK : Status.unreadable("gone"));
        return new JudgedItems(
                new ScoreTable(
                        IntStream.range(0, n).mapToObj(Integer::toString).toList(),
                        new int[n],
                        new double[n],
                        Scores.of(List.of("msp", "energy")),
                        new double[][] {first, second},
                        List.of(status),
                        Map.of(),
                        Provenance.of("scores")),
                verdicts,
                null);
    }

    private static double[] normal(int n, Random random) {
        return random.doubles(n).map(u -> random.nextGaussian()).toArray();
    }

    private static StreamWatch watch(Random random, double level) {
        return StreamWatch.of(
                List.of("msp", "energy"), new double[][] {normal(150, random), normal(150, random)}, level, 0);
    }

    /** Two martingales together call at most the level of good streams stale. */
    @Test
    void observe_goodStreams_areRarelyStale() {
        Random random = new Random(6);
        int stale = 0;
        for (int run = 0; run < 300; run++) {
            StreamWatch watch = watch(random, 0.2);
            watch.observe(items(normal(200, random), normal(200, random), true));
            stale += watch.staleness().stale() ? 1 : 0;
        }
        assertThat(stale).isLessThanOrEqualTo((int) (300 * 0.2 + 3 * Math.sqrt(300 * 0.2 * 0.8)));
    }

    @Test
    void observe_eitherScoreShifts_isFoundAcrossBatches() {
        Random random = new Random(7);
        StreamWatch watch = watch(random, 0.01);
        double[] shifted = Arrays.stream(normal(100, random)).map(s -> s + 2).toArray();
        assertThat(watch.observe(items(normal(100, random), normal(100, random), true))
                        .verdicts())
                .noneMatch(v -> v.overall().stale());
        JudgedItems marked = watch.observe(items(normal(100, random), shifted, true));
        assertThat(marked.verdicts().get(99).overall().stale()).isTrue();
        assertThat(watch.staleness().alarmAt()).isBetween(101L, 200L);
        assertThat(watch.toString()).contains("stale since");
    }

    /** What could not be read says nothing about scores. */
    @Test
    void observe_unreadableItems_areNotCounted() {
        double[] none = new double[200];
        Arrays.fill(none, Double.NaN);
        StreamWatch watch = watch(new Random(8), 0.01);
        watch.observe(items(none, none, false));
        assertThat(watch.staleness().stale()).isFalse();
        assertThat(watch.staleness().items()).isZero();
        watch.observe(items(none, none, true));
        assertThat(watch.staleness().stale()).isTrue();
    }
}

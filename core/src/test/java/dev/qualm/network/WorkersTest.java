package dev.qualm.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class WorkersTest {
    @Test
    void map_anyNumberOfThreads_resultsInOrder() {
        for (int threads : new int[] {1, 2, 8}) {
            try (Workers workers = Workers.of(threads)) {
                assertThat(workers.threads()).isEqualTo(threads);
                assertThat(workers.map(100, i -> i * i))
                        .isEqualTo(IntStream.range(0, 100).mapToObj(i -> i * i).toList());
                assertThat(workers.map(0, i -> i)).isEmpty();
            }
        }
    }

    @Test
    void map_severalThreads_workAtTheSameTime() {
        CountDownLatch together = new CountDownLatch(3);
        try (Workers workers = Workers.of(3)) {
            // Each part waits for the other two, so that fewer than three threads would never end.
            List<Boolean> met = workers.map(3, i -> {
                together.countDown();
                try {
                    together.await();
                    return true;
                } catch (InterruptedException e) {
                    return false;
                }
            });
            assertThat(met).containsOnly(true);
        }
    }

    @Test
    void map_jobsInsideJobs_end() {
        try (Workers workers = Workers.of(2)) {
            List<Integer> sums = workers.map(
                    8,
                    i -> workers.map(8, j -> workers.map(4, k -> i + j + k)).stream()
                            .flatMap(List::stream)
                            .mapToInt(Integer::intValue)
                            .sum());
            assertThat(sums.get(0)).isEqualTo(4 * 28 + 8 * 6);
            assertThat(sums.get(7)).isEqualTo(7 * 32 + 4 * 28 + 8 * 6);
        }
    }

    @Test
    void map_failingParts_throwsTheFirstAndBeginsNoMore() {
        AtomicInteger begun = new AtomicInteger();
        for (Workers workers : List.of(Workers.caller(), Workers.of(4))) {
            begun.set(0);
            assertThatThrownBy(() -> workers.map(10_000, i -> {
                        begun.incrementAndGet();
                        if (i >= 3) {
                            throw new IllegalArgumentException("part " + i);
                        }
                        return i;
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("part 3");
            assertThat(begun.get()).isLessThan(10_000);
            workers.close();
        }
    }

    @Test
    void map_afterClose_saysSo() {
        Workers workers = Workers.of(2);
        workers.close();
        workers.close();
        assertThatThrownBy(() -> workers.map(2, i -> i))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        // The calling thread alone needs nothing that could be closed.
        Workers.caller().close();
        assertThat(Workers.caller().map(2, i -> i)).containsExactly(0, 1);
    }

    /** Many times: the first helper may close them before the second is called, or after. */
    @RepeatedTest(100)
    void map_closedMeanwhile_endsTheJob() {
        Workers workers = Workers.of(3);
        assertThat(workers.map(50, i -> {
                    workers.close();
                    return i;
                }))
                .hasSize(50);
    }

    @Test
    void of_noThreads_refused() {
        assertThatThrownBy(() -> Workers.of(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void run_eightWorkers_sameBitsAsOne() {
        Array images = TestNetworks.images(3000, 5).asFloat32();
        try (Network network = Network.of(TestNetworks.residual(6), Precision.FLOAT32);
                Workers eight = Workers.of(8)) {
            String input = network.input().name();
            assertThat(network.microBatch(Map.of(input, images))).isLessThan(1000);
            Map<String, Array> alone = network.run(images, network.graph().tensors());
            for (int i = 0; i < 5; i++) {
                assertThat(network.run(Map.of(input, images), network.graph().tensors(), eight))
                        .isEqualTo(alone);
                assertThat(network.logits(Map.of(input, images), eight)).isEqualTo(network.logits(images));
            }
        }
    }

    @Test
    void run_networkClosedMeanwhile_completesOrSaysSo() throws InterruptedException {
        Array images = TestNetworks.images(3000, 5).asFloat32();
        for (int i = 0; i < 20; i++) {
            try (Workers workers = Workers.of(4)) {
                Network network = Network.of(TestNetworks.residual(6), Precision.FLOAT32);
                Array expected = network.logits(images);
                Thread closing = new Thread(network::close);
                closing.start();
                try {
                    assertThat(network.logits(Map.of(network.input().name(), images), workers))
                            .isEqualTo(expected);
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessageContaining("closed");
                }
                closing.join();
            }
        }
    }
}

package dev.qualm.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/** Times several ways of doing the same work, in turn and many times over, so that whatever else the machine does hits all. */
final class Contest {
    /** What a repetition of each contender should take at least, so that the clock's steps do not count. */
    private static final long LONG_ENOUGH = 20_000_000;

    /**
     * What a turn runs before its clock starts. Threads that spin after their last task outlive it by some milliseconds, and a
     * core that idled takes some more to be as fast as before: both must be over.
     */
    private static final long SETTLED = 40_000_000;

    private final LongSupplier clock;
    private final long budget;
    private final List<String> names = new ArrayList<>();
    private final List<Runnable> works = new ArrayList<>();
    private final List<double[]> times = new ArrayList<>();

    /**
     * @param clock nanoseconds
     * @param seconds wall time to spend, warm-up not counted
     */
    Contest(LongSupplier clock, double seconds) {
        this.clock = clock;
        this.budget = (long) (seconds * 1e9);
    }

    /** Processor time of the calling thread: blind to other threads, so for work on one thread of a busy machine only. */
    static LongSupplier threadClock() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads::getCurrentThreadCpuTime;
    }

    Contest add(String name, Runnable work) {
        names.add(name);
        works.add(work);
        return this;
    }

    Contest run() {
        int n = works.size();
        int[] calls = new int[n];
        for (int i = 0; i < n; i++) {
            calls[i] = warmUp(works.get(i));
        }
        List<double[]> rounds = new ArrayList<>();
        long end = System.nanoTime() + budget;
        for (int round = 0; round < 9 || System.nanoTime() < end; round++) {
            double[] t = new double[n];
            for (int i = 0; i < n; i++) {
                int k = (i + round) % n;
                settle(works.get(k));
                long start = clock.getAsLong();
                for (int c = 0; c < calls[k]; c++) {
                    works.get(k).run();
                }
                t[k] = (clock.getAsLong() - start) / 1e6 / calls[k];
            }
            rounds.add(t);
        }
        times.clear();
        times.addAll(rounds);
        return this;
    }

    private int warmUp(Runnable work) {
        long start = clock.getAsLong();
        int calls = 0;
        long wall = System.nanoTime();
        // The virtual machine compiles after some thousand calls of a method, in threads that compete for the cores.
        while (calls < 5 || (System.nanoTime() - wall < 3_000_000_000L && calls < 3000)) {
            work.run();
            calls++;
        }
        long each = Math.max(1, (clock.getAsLong() - start) / calls);
        return (int) Math.max(1, LONG_ENOUGH / each);
    }

    private static void settle(Runnable work) {
        long end = System.nanoTime() + SETTLED;
        do {
            work.run();
        } while (System.nanoTime() < end);
    }

    List<String> names() {
        return List.copyOf(names);
    }

    int rounds() {
        return times.size();
    }

    /** Median time of a contender in milliseconds. */
    double millis(String name) {
        int k = names.indexOf(name);
        return quantile(times.stream().mapToDouble(t -> t[k]).toArray(), 0.5);
    }

    /** Shortest time of a contender in milliseconds: what remains when nothing else ran. */
    double best(String name) {
        int k = names.indexOf(name);
        return quantile(times.stream().mapToDouble(t -> t[k]).toArray(), 0);
    }

    /** Quantile over the rounds of one contender's time divided by another's in the same round. */
    double ratio(String name, String to, double quantile) {
        int k = names.indexOf(name);
        int j = names.indexOf(to);
        return quantile(times.stream().mapToDouble(t -> t[k] / t[j]).toArray(), quantile);
    }

    private static double quantile(double[] values, double q) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double at = q * (sorted.length - 1);
        int low = (int) at;
        int high = Math.min(low + 1, sorted.length - 1);
        return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
    }
}

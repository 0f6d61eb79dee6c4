package dev.qualm.network;

import dev.qualm.network.engine.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Threads that compute the parts of one job side by side, each part on one thread.
 *
 * <p>Which thread computes a part does not change its bits: a job split into the same parts gives the same result with any
 * number of workers. May be shared by any number of callers; the calling thread works too, so a part may itself call
 * {@link #map}. The threads are daemons and start when first needed.
 */
/*
 * The engine can split a single operator over several threads as well. Splitting the job instead needs no agreement between
 * threads after every operator and leaves each tensor in the cache of one core, so the engine's own threading stays off.
 */
public final class Workers implements AutoCloseable {
    private static final Workers CALLER = new Workers(1);

    private final int threads;
    private final @Nullable ExecutorService pool;

    private Workers(int threads) {
        this.threads = threads;
        this.pool = threads == 1 ? null : Executors.newFixedThreadPool(threads - 1, Workers::daemon);
    }

    /** No further threads: every part on the calling thread. */
    public static Workers caller() {
        return CALLER;
    }

    /** The calling thread and {@code threads - 1} more. */
    public static Workers of(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("Expected at least one thread, but found " + threads);
        }
        return threads == 1 ? CALLER : new Workers(threads);
    }

    /** As many threads as the machine has processors. */
    public static Workers ofAllProcessors() {
        return of(Runtime.getRuntime().availableProcessors());
    }

    /** Number of threads, the calling one included. */
    public int threads() {
        return threads;
    }

    /**
     * Computes {@code part(0), ..., part(count - 1)} and returns when all are done.
     *
     * @return the results in order
     * @throws RuntimeException what the failing part of the lowest number threw; parts not yet begun are left out then
     */
    public <T> List<T> map(int count, IntFunction<? extends T> part) {
        Job<T> job = new Job<>(count, part);
        if (pool != null) {
            call(pool, job, Math.min(threads, count) - 1);
        }
        job.run();
        return job.results();
    }

    private static void call(ExecutorService pool, Job<?> job, int helpers) {
        for (int i = 0; i < helpers; i++) {
            try {
                pool.execute(job);
            } catch (RejectedExecutionException e) {
                if (i == 0) {
                    throw new IllegalStateException("The workers are closed", e);
                }
                // Closed since the first of them began: that one and the caller do it all.
                return;
            }
        }
    }

    /** Ends the threads once the jobs under way are done. May be called twice. */
    @Override
    public void close() {
        if (pool != null) {
            pool.shutdown();
        }
    }

    private static Thread daemon(Runnable work) {
        Runnable first = () -> {
            // The engine's thread count belongs to the thread that sets it.
            Engine.load();
            torch.set_num_threads(1);
            work.run();
        };
        Thread thread = new Thread(first, "qualm-worker");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Parts are taken in order by whoever is free. Nobody waits for a helper that has not begun, only for parts that were
     * taken; so jobs inside jobs cannot block each other, however few threads there are.
     */
    private static final class Job<T> implements Runnable {
        private record Failure(int part, Throwable cause) {}

        private final IntFunction<? extends T> part;
        private final @Nullable Object[] results;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
        private final CountDownLatch open;

        Job(int count, IntFunction<? extends T> part) {
            this.part = part;
            this.results = new Object[count];
            this.open = new CountDownLatch(count);
        }

        @Override
        public void run() {
            for (int i = next.getAndIncrement(); i < results.length; i = next.getAndIncrement()) {
                try {
                    if (failure.get() == null) {
                        results[i] = part.apply(i);
                    }
                } catch (RuntimeException | Error e) {
                    Failure mine = new Failure(i, e);
                    failure.accumulateAndGet(mine, (a, b) -> a != null && b != null && a.part < b.part ? a : mine);
                } finally {
                    open.countDown();
                }
            }
        }

        @SuppressWarnings("unchecked")
        List<T> results() {
            boolean interrupted = false;
            while (open.getCount() > 0) {
                try {
                    open.await();
                } catch (InterruptedException e) {
                    // Parts under way use native memory that the caller may free, so they are always waited for.
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            Failure failed = failure.get();
            if (failed != null) {
                if (failed.cause instanceof Error e) {
                    throw e;
                }
                throw (RuntimeException) failed.cause;
            }
            return (List<T>) new ArrayList<>(Arrays.asList(results));
        }
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.Explainer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One way of explaining, the same for all items: a method, or a method at a smoothing. Compiled when first needed. */
final class ExplainColumn {
    private final String title;
    private final Attribution method;
    private final double beta;
    private final Supplier<Explainer> opening;
    private final boolean owned;
    private final LongAdder nanos = new LongAdder();
    private final AtomicInteger pending = new AtomicInteger();
    private @Nullable Explainer explainer;
    private @Nullable QualmException refusal;

    /**
     * @param beta sharpness of the softplus in place of Relu, infinite for Relu
     * @param owned whether what is opened is to be closed here
     */
    ExplainColumn(String title, Attribution method, double beta, Supplier<Explainer> opening, boolean owned) {
        this.title = title;
        this.method = method;
        this.beta = beta;
        this.opening = opening;
        this.owned = owned;
    }

    String title() {
        return title;
    }

    Attribution method() {
        return method;
    }

    double beta() {
        return beta;
    }

    /** Seconds of work of all threads, compilation included. */
    double seconds() {
        return nanos.sum() * 1e-9;
    }

    void spent(long more) {
        nanos.add(more);
    }

    /** @throws QualmException if the method cannot speak about the network; the same each time */
    synchronized Explainer explainer() {
        if (refusal != null) {
            throw refusal;
        }
        if (explainer == null) {
            try {
                explainer = opening.get();
            } catch (QualmException e) {
                refusal = e;
                throw e;
            }
        }
        return explainer;
    }

    /** Says how many calls of {@link #done} there will be; the last one frees what was compiled. */
    void expect(int calls) {
        pending.set(calls);
    }

    void done() {
        if (pending.decrementAndGet() == 0) {
            close();
        }
    }

    private synchronized void close() {
        if (owned && explainer != null) {
            explainer.close();
            explainer = null;
        }
    }
}

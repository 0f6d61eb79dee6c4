package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** What a network holds natively: weights and compiled plans, made on first use, freed when it is closed and no run is under way. */
/*
 * A network that differs from another in weights alone derives its plans from that one's: a mutant costs what was changed. It holds
 * the other one as a run does, so that either may be closed first.
 */
final class NetworkPlans {
    private record Key(Set<String> wanted, Plan.Mode mode, boolean kept) {}

    /** What a plan is closed with; derived plans are not derived from again. */
    private record Compiled(Plan plan, @Nullable PlanSource source) {}

    private final Graph graph;
    private final Precision precision;
    private final WeightStore store;
    private final @Nullable NetworkPlans origin;
    private final Map<String, Array> changed;
    private final Map<Key, Compiled> plans = new HashMap<>();
    private final Map<Set<String>, ShapedPlans<GradientPlans>> gradientPlans = new ConcurrentHashMap<>();
    private final AtomicInteger users = new AtomicInteger(1);
    private volatile boolean closed;

    private NetworkPlans(
            Graph graph,
            Precision precision,
            WeightStore store,
            @Nullable NetworkPlans origin,
            Map<String, Array> changed) {
        this.graph = graph;
        this.precision = precision;
        this.store = store;
        this.origin = origin;
        this.changed = changed;
    }

    static NetworkPlans of(Graph graph, Precision precision) {
        return new NetworkPlans(graph, precision, new WeightStore(precision), null, Map.of());
    }

    /** Of a changed graph, sharing the native weights it keeps. */
    NetworkPlans with(Graph other) {
        begin();
        try {
            WeightStore shared = store.share(other.initializers().values());
            NetworkPlans root = origin == null ? this : origin;
            Map<String, Array> weights = other.weightsChangedFrom(root.graph);
            if (weights == null) {
                return new NetworkPlans(other, precision, shared, null, Map.of());
            }
            root.begin();
            return new NetworkPlans(other, precision, shared, root, weights);
        } finally {
            end();
        }
    }

    /** The network whose plans this one's are derived from: itself, or one that differs in weights alone. */
    NetworkPlans root() {
        return origin == null ? this : origin;
    }

    Plan plan(Set<String> wanted, Plan.Mode mode) {
        return compiled(new Key(Set.copyOf(wanted), mode, true)).plan();
    }

    /** A plan for values whose tensors appear as they are named, but are not kept. */
    Plan passing(Set<String> watched) {
        return compiled(new Key(Set.copyOf(watched), Plan.Mode.INFERENCE, false))
                .plan();
    }

    private Compiled compiled(Key key) {
        synchronized (plans) {
            if (closed && users.get() == 0) {
                throw closed();
            }
            Compiled found = plans.get(key);
            if (found == null) {
                found = compile(key);
                plans.put(key, found);
            }
            return found;
        }
    }

    private Compiled compile(Key key) {
        PlanSource base = origin == null ? null : origin.compiled(key).source();
        Plan derived = base == null ? null : base.derive(changed);
        if (derived != null) {
            return new Compiled(derived, null);
        }
        PlanSource source = PlanSource.compile(
                graph, store, precision, key.wanted(), key.mode(), key.kept() ? key.wanted() : Set.of());
        return new Compiled(source.plan(), source);
    }

    /** See {@link Network#gradientPlans}. */
    @Nullable
    GradientPlans gradientPlans(
            Map<String, Array> feeds, Structure structure, Set<String> kept, Supplier<Map<String, Tensor>> tensors) {
        return gradientPlans
                .computeIfAbsent(Set.copyOf(kept), k -> new ShapedPlans<>())
                .get(feeds, () -> {
                    try (NativeScope scope = NativeScope.values()) {
                        return GradientPlans.compile(
                                graph,
                                List.of(structure.logits()),
                                structure.differentiable(),
                                kept,
                                store,
                                precision,
                                tensors.get());
                    }
                });
    }

    /** A store of the native weights that outlives this. */
    WeightStore shareWeights() {
        begin();
        try {
            return store.share(graph.initializers().values());
        } finally {
            end();
        }
    }

    /** Holds everything until the matching {@link #end}. */
    void begin() {
        users.getAndUpdate(n -> {
            if (n == 0 || closed) {
                throw closed();
            }
            return n + 1;
        });
    }

    void end() {
        if (users.decrementAndGet() == 0) {
            synchronized (plans) {
                plans.values().forEach(c -> c.plan().close());
                plans.clear();
            }
            gradientPlans.values().forEach(ShapedPlans::close);
            store.close();
            if (origin != null) {
                origin.end();
            }
        }
    }

    /** Frees everything once the runs under way have ended. May be called twice. */
    void close() {
        synchronized (plans) {
            if (closed) {
                return;
            }
            closed = true;
        }
        end();
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("The network is closed");
    }
}

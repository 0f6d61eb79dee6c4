package dev.qualm.network;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Graph;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * A network with further nodes written behind its own, such as an explanation: computed in one run with the network, and
 * differentiable with it. Thread-safe. Close it; it may outlive the network.
 */
/*
 * What is written depends on the shapes of the tensors, so there is a graph per shape of the inputs, the batch's size apart (see ShapedPlans).
 * BatchNormalization and the factors of Gemm are folded before anything is written: they are linear, and their own tensors mean little to an
 * explanation.
 */
public final class ExtendedNetwork implements AutoCloseable {
    /** Writes the further nodes. */
    @FunctionalInterface
    public interface Extension {
        /** Called once per shape of the inputs. */
        Names write(GraphWriter writer);
    }

    /**
     * How callers and graph speak of the same tensors.
     *
     * @param inputs name of each further input by key
     * @param outputs name of each tensor that may be asked for by key
     */
    public record Names(Map<String, String> inputs, Map<String, String> outputs) {}

    private final Network network;
    private final Set<String> untouched;
    private final Extension extension;
    private final WeightStore store;
    private final ShapedPlans<Compiled> compiled = new ShapedPlans<>();
    private final AtomicInteger users = new AtomicInteger(1);
    private final AtomicBoolean closed = new AtomicBoolean();

    private ExtendedNetwork(Network network, Set<String> untouched, Extension extension) {
        this.network = network;
        this.untouched = untouched;
        this.extension = extension;
        this.store = network.shareWeights();
    }

    /**
     * Extends a network.
     *
     * @param taps tensors that the extension reads and that must not vanish by folding; the logits and the differentiable input
     *     never do
     */
    public static ExtendedNetwork of(Network network, Collection<String> taps, Extension extension) {
        Set<String> untouched = new LinkedHashSet<>(taps);
        untouched.add(network.structure().logits());
        untouched.add(network.structure().differentiable());
        return new ExtendedNetwork(network, untouched, extension);
    }

    /** Everything compiled for one shape of the inputs. */
    private final class Compiled implements AutoCloseable {
        final Graph graph;
        final Names names;
        private final WeightStore own;
        private final Map<Set<String>, Plan> plans = new HashMap<>();
        private final Map<List<String>, GradientPlans> gradients = new HashMap<>();

        Compiled(Map<String, Tensor> feeds) {
            boolean inDouble = network.precision() == Precision.FLOAT64;
            Graph plain = GemmFolding.fold(network.graph().prune(untouched), inDouble);
            Graph folded = BatchNormFolding.fold(plain, t -> !untouched.contains(t), inDouble)
                    .prune(untouched);
            // New constants are freed with what was compiled from them.
            own = store.share(network.graph().initializers().values());
            try {
                Map<String, int[]> shapes = GradientPlans.shapes(folded, own, network.precision(), feeds);
                GraphWriter writer = new GraphWriter(folded, shapes, network.precision(), "\u2207");
                names = extension.write(writer);
                graph = writer.joined();
            } catch (RuntimeException e) {
                own.close();
                throw e;
            }
        }

        synchronized Plan plan(Set<String> wanted) {
            return plans.computeIfAbsent(
                    wanted, k -> Plan.compile(graph, own, network.precision(), k, Plan.Mode.INFERENCE));
        }

        synchronized GradientPlans gradients(List<String> outputs, Map<String, Tensor> feeds) {
            return gradients.computeIfAbsent(outputs, k -> {
                String leaf = network.structure().differentiable();
                GradientPlans made = GradientPlans.compile(graph, k, leaf, Set.of(), own, network.precision(), feeds);
                if (made == null) {
                    throw new UnsupportedModelException("Nothing to differentiate: expected " + k + " to depend on '"
                            + leaf + "' in a way that can be differentiated, but found none");
                }
                return made;
            });
        }

        String name(String key) {
            String name = names.outputs().get(key);
            if (name == null) {
                throw new IllegalArgumentException(
                        "Expected one of " + names.outputs().keySet() + ", but found " + key);
            }
            return name;
        }

        @Override
        public synchronized void close() {
            plans.values().forEach(Plan::close);
            gradients.values().forEach(GradientPlans::close);
            own.close();
        }
    }

    /**
     * Runs one batch, whole.
     *
     * @param feeds the network's inputs by name, and further ones by key
     * @param wanted keys
     */
    public Map<String, Array> run(Map<String, Array> feeds, Collection<String> wanted) {
        return run(feeds, wanted, values -> {
            Map<String, Array> out = new LinkedHashMap<>();
            wanted.forEach(key -> out.put(key, Tensors.toArray(values.apply(key))));
            return out;
        });
    }

    /**
     * As {@link #run(Map, Collection)}, for callers that want less than a copy of what was computed.
     *
     * @param use given the native tensors by key, which live until it returns
     */
    public <T> T run(Map<String, Array> feeds, Collection<String> wanted, Function<Function<String, Tensor>, T> use) {
        Map<String, Array> checked = network.checked(feeds);
        begin();
        try (NativeScope scope = NativeScope.values();
                Lease<Compiled> lease = compiled(checked)) {
            Compiled c = lease.plans();
            Set<String> names = new LinkedHashSet<>();
            wanted.forEach(key -> names.add(c.name(key)));
            PassCount.both(checked);
            Plan.Values values =
                    c.plan(names).run(tensors(c, checked, feeds), Map.of(), Set.of(), UnaryOperator.identity());
            return use.apply(key -> values.get(c.name(key)));
        } finally {
            end();
        }
    }

    /**
     * Runs one batch and keeps what derivatives of its outputs read.
     *
     * @param outputs keys of what will be differentiated
     */
    public Pass pass(Map<String, Array> feeds, List<String> outputs) {
        return pass(feeds, outputs, 1);
    }

    /**
     * As {@link #pass(Map, List)} for a batch of one item, whose derivatives take and give {@code times} rows: many cotangents at
     * once.
     */
    public Pass pass(Map<String, Array> feeds, List<String> outputs, int times) {
        Map<String, Array> checked = network.checked(feeds);
        if (times > 1 && checked.values().stream().anyMatch(a -> a.rank() > 0 && a.dim(0) != 1)) {
            throw new ShapeException("Only one item can be taken several times, but found " + checked);
        }
        Map<String, Array> like = times == 1 ? checked : repeated(checked, 2);
        Map<String, Array> further = times == 1 ? feeds : repeated(feeds, 2);
        begin();
        Lease<Compiled> lease = null;
        try (NativeScope scope = NativeScope.values()) {
            lease = compiled(like);
            Compiled c = lease.plans();
            List<String> names = outputs.stream().map(c::name).toList();
            GradientPlans plans = c.gradients(names, tensors(c, like, further));
            return new Pass(this, lease, KeptPass.run(plans, tensors(c, checked, feeds), times));
        } catch (RuntimeException e) {
            if (lease != null) {
                lease.close();
            }
            end();
            throw e;
        }
    }

    private static Map<String, Array> repeated(Map<String, Array> feeds, int times) {
        Map<String, Array> out = new LinkedHashMap<>();
        feeds.forEach((name, a) ->
                out.put(name, a.rank() > 0 && a.dim(0) == 1 ? Array.concat(Collections.nCopies(times, a)) : a));
        return out;
    }

    private Lease<Compiled> compiled(Map<String, Array> checked) {
        return compiled.lease(checked, () -> {
            try (NativeScope scope = NativeScope.values()) {
                return new Compiled(network.tensors(checked));
            }
        });
    }

    private Map<String, Tensor> tensors(Compiled c, Map<String, Array> checked, Map<String, Array> feeds) {
        Map<String, Tensor> all = network.tensors(checked);
        Map<String, Array> further = new LinkedHashMap<>();
        c.names.inputs().forEach((key, name) -> {
            Array a = feeds.get(key);
            if (a == null) {
                throw new ShapeException("Input '" + key + "' is missing; found " + feeds.keySet());
            }
            further.put(name, a);
        });
        all.putAll(network.tensors(further));
        return all;
    }

    /** One run with all that its derivatives need. Belongs to the thread that made it. */
    public static final class Pass implements AutoCloseable {
        private final ExtendedNetwork extended;
        private final Compiled compiled;
        private final Precision precision;
        private final Lease<Compiled> lease;
        private final KeptPass pass;
        private boolean ended;

        private Pass(ExtendedNetwork extended, Lease<Compiled> lease, KeptPass pass) {
            this.extended = extended;
            this.compiled = lease.plans();
            this.precision = extended.network.precision();
            this.lease = lease;
            this.pass = pass;
        }

        /** A copy of an output by key. */
        public Array value(String key) {
            try (NativeScope scope = NativeScope.values()) {
                return Tensors.toArray(pass.value(compiled.name(key)));
            }
        }

        /** Gradient of the sum over outputs of {@code sum(cotangent * output)} by the differentiable input, of its shape. */
        public Array gradient(Map<String, Array> cotangents) {
            try (NativeScope scope = NativeScope.values()) {
                Map<String, Tensor> byName = new LinkedHashMap<>();
                cotangents.forEach((key, u) -> {
                    String name = compiled.name(key);
                    // Losses are summed in double, also over float32 networks, whose kernels take nothing else than
                    // floats.
                    Tensor t = Tensors.of(u, precision).to(Tensors.type(pass.value(name)));
                    // The layout of all images in the pass: what mixes two runs many times slower.
                    byName.put(
                            name,
                            t.dim() == 4
                                    ? t.contiguous(org.bytedeco.pytorch.global.torch.MemoryFormat.ChannelsLast)
                                    : t);
                });
                return Tensors.toArray(pass.gradient(byName));
            }
        }

        /** May be called twice. */
        @Override
        public void close() {
            if (!ended) {
                ended = true;
                pass.close();
                lease.close();
                extended.end();
            }
        }
    }

    private void begin() {
        users.getAndUpdate(n -> {
            if (n == 0 || closed.get()) {
                throw new IllegalStateException("This is closed already, an explainer for example; make another");
            }
            return n + 1;
        });
    }

    private void end() {
        if (users.decrementAndGet() == 0) {
            compiled.close();
            store.close();
        }
    }

    /** Frees the native memory once the runs under way have ended and their passes are closed. May be called twice. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            end();
        }
    }
}

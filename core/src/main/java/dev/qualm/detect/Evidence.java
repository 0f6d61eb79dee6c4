package dev.qualm.detect;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.gradient.GradientMetrics;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.OriginalRun;
import dev.qualm.network.Forward;
import dev.qualm.network.Head;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Sweep;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What scores of one micro-batch are computed from: one forward pass that keeps all they demand, and the sweeps that they need, each made
 * once.
 *
 * <p>Belongs to one thread; close it. The time of each part is kept, so that a score's cost can be stated from the same run.
 */
public final class Evidence implements AutoCloseable {
    private static final GradientMetrics METRICS = GradientMetrics.defaults();

    private final Network network;
    private final CosineSimilarityMaps method;
    private final Map<String, Array> feeds;
    private final Shared shared;
    private final boolean ownsShared;
    private final @Nullable Tape tape;
    private @Nullable Sweep sweep;
    private @Nullable OriginalRun original;
    private final double[][] logits;
    private final Map<String, Array> tensors;
    private final Map<Score.Source, Long> nanos = new EnumMap<>(Score.Source.class);
    private final Map<LabelChangeRate, LabelChangeRate.Result> changes = new IdentityHashMap<>();
    private final Ledger ledger = new Ledger(System::nanoTime);
    private final Map<Object, Object> read = new HashMap<>();
    private final Map<CosineSimilarityMaps, CosineSimilarityMaps.Maps> maps = new LinkedHashMap<>();
    private GradientMetrics.@Nullable Result metrics;

    private Evidence(
            Network network,
            Map<String, Array> feeds,
            CosineSimilarityMaps method,
            @Nullable Shared shared,
            OnePass forward) {
        this.network = network;
        this.feeds = Map.copyOf(feeds);
        this.method = method;
        this.shared = shared == null ? new Shared() : shared;
        this.ownsShared = shared == null;
        this.tape = forward.tape;
        this.sweep = forward.sweep;
        this.original = forward.original;
        this.logits = rows(forward.logits);
        this.tensors = forward.tensors;
    }

    /** The forward pass, in the form that what follows needs. */
    private record OnePass(
            Array logits,
            Map<String, Array> tensors,
            @Nullable Tape tape,
            @Nullable Sweep sweep,
            @Nullable OriginalRun original) {}

    /** As {@link #of(Network, Map, Set, CosineSimilarityMaps)} with maps of their default settings. */
    public static Evidence of(Network network, Map<String, Array> feeds, Set<Score.Source> sources) {
        return of(network, feeds, sources, CosineSimilarityMaps.defaults());
    }

    /**
     * Runs the network once on a micro-batch.
     *
     * @param feeds a value per input; axis 0 is the batch
     * @param sources what the scores that will read this need
     * @param method how cosine similarity maps are made, where a score asks for them
     */
    public static Evidence of(
            Network network, Map<String, Array> feeds, Set<Score.Source> sources, CosineSimilarityMaps method) {
        return of(network, feeds, Demand.of(network, sources, method), null);
    }

    /**
     * Runs the network once on a micro-batch.
     *
     * @param demand what will be read
     * @param shared what the evidence of other micro-batches shares, which stays open; null for none
     */
    public static Evidence of(Network network, Map<String, Array> feeds, Demand demand, @Nullable Shared shared) {
        return of(network, network, feeds, demand, shared);
    }

    /** @param engine what computes a pass of which no more than values is demanded; the network itself makes any other */
    static Evidence of(
            Network network, Forward engine, Map<String, Array> feeds, Demand demand, @Nullable Shared shared) {
        long start = System.nanoTime();
        OnePass forward = demand.weightGradients()
                ? recorded(network, feeds, demand)
                : demand.inputGradients()
                        ? swept(network, feeds, demand)
                        : demand.mutants() ? original(network, feeds, demand) : values(network, engine, feeds, demand);
        Evidence evidence = new Evidence(network, feeds, demand.maps(), shared, forward);
        evidence.nanos.put(Score.Source.LOGITS, System.nanoTime() - start);
        return evidence;
    }

    private static OnePass values(Network network, Forward engine, Map<String, Array> feeds, Demand demand) {
        String z = network.structure().logits();
        Set<String> wanted = new LinkedHashSet<>(Set.of(z));
        wanted.addAll(demand.tensors());
        Map<String, Array> out = engine.run(feeds, wanted);
        return new OnePass(network.asLogits(Objects.requireNonNull(out.get(z))), out, null, null, null);
    }

    private static OnePass original(Network network, Map<String, Array> feeds, Demand demand) {
        OriginalRun run = OriginalRun.of(network, feeds, demand.tensors());
        return new OnePass(run.logits(), run.tensors(), null, null, run);
    }

    private static OnePass swept(Network network, Map<String, Array> feeds, Demand demand) {
        Sweep sweep = Sweep.of(network, feeds, demand.tensors());
        try (NativeScope scope = NativeScope.values()) {
            Map<String, Array> found = new HashMap<>();
            demand.tensors().forEach(t -> found.put(t, Tensors.toArray(sweep.value(t))));
            return new OnePass(network.asLogits(Tensors.toArray(sweep.logits())), found, null, sweep, null);
        } catch (RuntimeException e) {
            sweep.close();
            throw e;
        }
    }

    private static OnePass recorded(Network network, Map<String, Array> feeds, Demand demand) {
        Recording recording =
                METRICS.recording(network).tapping(demand.tensors().toArray(String[]::new));
        Tape tape = Tape.record(
                network, feeds, demand.inputGradients() ? recording.and(Recording.ofInput(network)) : recording);
        try {
            Map<String, Array> found = new HashMap<>();
            demand.tensors().forEach(t -> found.put(t, tape.array(t)));
            return new OnePass(network.asLogits(Tensors.toArray(tape.logits())), found, tape, null, null);
        } catch (RuntimeException e) {
            tape.close();
            throw e;
        }
    }

    /** Number of items. */
    public int size() {
        return logits.length;
    }

    public Network network() {
        return network;
    }

    /** Logits {@code [n][classes]}. */
    public double[][] logits() {
        return logits;
    }

    /** Predicted class per item: the largest logit, the first of equals. */
    public int[] predictions() {
        int[] out = new int[logits.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Softmax.argmax(logits[i]);
        }
        return out;
    }

    /** Input of the head, {@code [n, d]} (or {@code [n, d, 1, 1]}, or {@code [n, d, h, w]} if its results are averaged). */
    public Array features() {
        Head head = Objects.requireNonNull(network.structure().head(), "the network has no head");
        return tensor(head.features());
    }

    /**
     * An inner tensor that was asked for, axis 0 the batch.
     *
     * @throws IllegalArgumentException if it was not asked for when this was made
     */
    public Array tensor(String name) {
        Array found = tensors.get(name);
        if (found == null) {
            throw new IllegalArgumentException("Tensor '" + name + "' was not asked for when this evidence was made;"
                    + " there are " + tensors.keySet());
        }
        return found;
    }

    /** Cosine similarity maps, made once. */
    public CosineSimilarityMaps.Maps maps() {
        return maps(method);
    }

    /** Cosine similarity maps of other settings, made once. */
    public CosineSimilarityMaps.Maps maps(CosineSimilarityMaps settings) {
        CosineSimilarityMaps.Maps found = maps.get(settings);
        if (found == null) {
            found = made(
                    settings,
                    Score.Source.INPUT_GRADIENTS,
                    () -> sweepsTape() ? settings.of(tape()) : settings.of(sweep()));
            maps.put(settings, found);
        }
        ledger.use(settings);
        return found;
    }

    private boolean sweepsTape() {
        return tape != null && tape.keeps(network.structure().differentiable());
    }

    private Tape tape() {
        return Objects.requireNonNull(tape, "weight gradients were not asked for when this evidence was made");
    }

    /** Of the one forward pass, or of a further one where input gradients were not asked for. */
    private Sweep sweep() {
        if (sweep == null) {
            sweep = ledger.make(Sweep.class, () -> Sweep.of(network, feeds));
        }
        ledger.use(Sweep.class);
        return sweep;
    }

    /** Whole-network gradient metrics with their default settings. */
    public GradientMetrics.Result metrics() {
        if (metrics == null) {
            metrics = made(METRICS, Score.Source.WEIGHT_GRADIENTS, () -> METRICS.of(tape()));
        }
        ledger.use(METRICS);
        return metrics;
    }

    /** Label changes under mutants, made once for each rate. */
    public LabelChangeRate.Result labelChanges(LabelChangeRate rate) {
        LabelChangeRate.Result found = changes.get(rate);
        if (found == null) {
            found = made(rate, Score.Source.MUTANTS, () -> rate.on(original()));
            changes.put(rate, found);
        }
        ledger.use(rate);
        return found;
    }

    /** The one forward pass, or a further one where that keeps what gradients need: mutants start from other activations. */
    private OriginalRun original() {
        if (original == null) {
            original = ledger.make(OriginalRun.class, () -> OriginalRun.of(network, feeds, Set.of()));
        }
        ledger.use(OriginalRun.class);
        return original;
    }

    /**
     * Gradient of {@code sum(cotangent * logits)} at the input that gradients refer to, of its shape.
     *
     * @param cotangent {@code [n, classes]}
     */
    public Array inputGradient(Array cotangent) {
        return sweepsTape()
                ? tape().gradient(cotangent, network.structure().differentiable())
                : sweep().gradient(cotangent);
    }

    /** What the evidence of all micro-batches shares. */
    public Shared shared() {
        return shared;
    }

    /**
     * Something read of this batch, once for all that ask.
     *
     * @param key equal for equal things
     */
    public <T> T once(Object key, Class<T> type, Score.Source source, Supplier<T> reader) {
        Object found = read.get(key);
        if (found == null) {
            found = made(key, source, reader);
            read.put(key, found);
        }
        ledger.use(key);
        return type.cast(found);
    }

    /** The batch, for networks of one input. */
    public Array onlyInput() {
        return Objects.requireNonNull(feeds.get(network.input().name()));
    }

    private <T> T made(Object key, Score.Source source, Supplier<T> maker) {
        return timed(source, () -> ledger.make(key, maker));
    }

    /**
     * Nanoseconds that some work on this evidence would take if nothing else were asked of it, the forward pass not counted: what it shares
     * counts in full, whoever made it.
     */
    public long alone(Runnable work) {
        return ledger.alone(work);
    }

    /** Does something on a score's behalf, whose time counts as its source's. */
    public <T> T timed(Score.Source source, Supplier<T> work) {
        long start = System.nanoTime();
        T result = work.get();
        nanos.merge(source, System.nanoTime() - start, Long::sum);
        return result;
    }

    /** What is wrong with each item, over everything computed so far. */
    public List<Status> status() {
        List<Status> out = new ArrayList<>();
        for (int i = 0; i < logits.length; i++) {
            Status s = Double.isFinite(Softmax.logSumExp(logits[i]))
                    ? Status.OK
                    : Status.nonFinite("the network returned NaN or infinity");
            for (CosineSimilarityMaps.Maps m : maps.values()) {
                s = s.isOk() ? ofGradients(m.status().get(i)) : s;
            }
            if (s.isOk() && metrics != null) {
                s = ofGradients(metrics.status().get(i));
            }
            out.add(s);
        }
        return out;
    }

    /** What gradients lack, the network's answer being there: it leaves some scores undefined, not all. */
    private static Status ofGradients(Status status) {
        return status.kind() == Status.Kind.NON_FINITE ? Status.undefined(status.detail()) : status;
    }

    /** Time spent so far: the forward pass under LOGITS, sweeps under their source. */
    public Map<Score.Source, Long> nanos() {
        return Map.copyOf(nanos);
    }

    private static double[][] rows(Array logits) {
        int k = logits.dim(1);
        double[][] rows = new double[logits.dim(0)][k];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < k; j++) {
                rows[i][j] = logits.get(i * k + j);
            }
        }
        return rows;
    }

    /** The sources that some scores need. */
    static Set<Score.Source> sources(List<? extends Score> scores) {
        Set<Score.Source> set = new LinkedHashSet<>();
        scores.forEach(s -> set.addAll(s.sources()));
        return set;
    }

    @Override
    public void close() {
        if (tape != null) {
            tape.close();
        }
        if (sweep != null) {
            sweep.close();
        }
        if (original != null) {
            original.close();
        }
        if (ownsShared) {
            shared.close();
        }
    }
}

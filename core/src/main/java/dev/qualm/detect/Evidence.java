package dev.qualm.detect;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.gradient.GradientMetrics;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.network.Head;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Sweep;
import dev.qualm.network.Tape;
import dev.qualm.network.Workers;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What scores of one micro-batch are computed from: forward passes, one for each kind of gradient at most, and the sweeps that the
 * asked-for scores need, each made once.
 *
 * <p>Belongs to one thread; close it. The time of each part is kept, so that a score's cost can be stated from the same run.
 */
public final class Evidence implements AutoCloseable {
    private static final GradientMetrics METRICS = GradientMetrics.defaults();

    private final Network network;
    private final CosineSimilarityMaps method;
    private final Map<String, Array> feeds;
    private final @Nullable Tape tape;
    private final @Nullable Sweep sweep;
    private final double[][] logits;
    private final @Nullable Array features;
    private final Map<Score.Source, Long> nanos = new EnumMap<>(Score.Source.class);
    private final Map<LabelChangeRate, LabelChangeRate.Result> changes = new IdentityHashMap<>();
    private CosineSimilarityMaps.@Nullable Maps maps;
    private GradientMetrics.@Nullable Result metrics;

    private Evidence(
            Network network,
            Map<String, Array> feeds,
            CosineSimilarityMaps method,
            @Nullable Tape tape,
            @Nullable Sweep sweep,
            double[][] logits,
            @Nullable Array features) {
        this.network = network;
        this.feeds = Map.copyOf(feeds);
        this.method = method;
        this.tape = tape;
        this.sweep = sweep;
        this.logits = logits;
        this.features = features;
    }

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
        long start = System.nanoTime();
        Head head = network.structure().head();
        String wantedFeatures = sources.contains(Score.Source.HEAD) && head != null ? head.features() : null;
        Evidence evidence;
        if (sources.contains(Score.Source.WEIGHT_GRADIENTS)) {
            evidence = recorded(network, feeds, wantedFeatures, method);
        } else if (wantedFeatures == null
                && (sources.contains(Score.Source.INPUT_GRADIENTS) || sources.contains(Score.Source.CHANGED_INPUTS))) {
            evidence = swept(network, feeds, method);
        } else {
            evidence = values(network, feeds, wantedFeatures, method);
        }
        evidence.nanos.put(Score.Source.LOGITS, System.nanoTime() - start);
        return evidence;
    }

    private static Evidence values(
            Network network, Map<String, Array> feeds, @Nullable String features, CosineSimilarityMaps method) {
        List<String> wanted = new ArrayList<>(List.of(network.structure().logits()));
        if (features != null) {
            wanted.add(features);
        }
        Map<String, Array> out = network.run(feeds, wanted);
        Array logits = network.asLogits(
                Objects.requireNonNull(out.get(network.structure().logits())));
        return new Evidence(
                network, feeds, method, null, null, rows(logits), features == null ? null : out.get(features));
    }

    private static Evidence swept(Network network, Map<String, Array> feeds, CosineSimilarityMaps method) {
        Sweep sweep = Sweep.of(network, feeds);
        try (NativeScope scope = NativeScope.values()) {
            Array logits = network.asLogits(Tensors.toArray(sweep.logits()));
            return new Evidence(network, feeds, method, null, sweep, rows(logits), null);
        }
    }

    private static Evidence recorded(
            Network network, Map<String, Array> feeds, @Nullable String features, CosineSimilarityMaps method) {
        Recording recording = METRICS.recording(network);
        Tape tape = Tape.record(network, feeds, features == null ? recording : recording.tapping(features));
        Array logits = network.asLogits(Tensors.toArray(tape.logits()));
        return new Evidence(
                network, feeds, method, tape, null, rows(logits), features == null ? null : tape.array(features));
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

    /** Input of the head, {@code [n, d]} (or {@code [n, d, 1, 1]}). */
    public Array features() {
        return Objects.requireNonNull(features, "the head's input was not asked for, or the network has no head");
    }

    /** Cosine similarity maps, made once. */
    public CosineSimilarityMaps.Maps maps() {
        if (maps == null) {
            long start = System.nanoTime();
            maps = sweep == null ? method.of(network, feeds) : method.of(sweep);
            nanos.put(Score.Source.INPUT_GRADIENTS, System.nanoTime() - start);
        }
        return maps;
    }

    /** Whole-network gradient metrics with their default settings. */
    public GradientMetrics.Result metrics() {
        if (metrics == null) {
            long start = System.nanoTime();
            Objects.requireNonNull(tape, "weight gradients were not asked for when this evidence was made");
            metrics = METRICS.of(tape);
            nanos.put(Score.Source.WEIGHT_GRADIENTS, System.nanoTime() - start);
        }
        return metrics;
    }

    /** Label changes under mutants, made once for each rate. */
    public LabelChangeRate.Result labelChanges(LabelChangeRate rate) {
        LabelChangeRate.Result found = changes.get(rate);
        if (found == null) {
            found = timed(Score.Source.MUTANTS, () -> rate.on(network, feeds, Workers.caller(), done -> {}));
            changes.put(rate, found);
        }
        return found;
    }

    /**
     * Gradient of {@code sum(cotangent * logits)} at the input that gradients refer to, of its shape.
     *
     * @param cotangent {@code [n, classes]}
     */
    public Array inputGradient(Array cotangent) {
        if (sweep != null) {
            return sweep.gradient(cotangent);
        }
        try (Sweep own = Sweep.of(network, feeds)) {
            return own.gradient(cotangent);
        }
    }

    /** The batch, for networks of one input. */
    public Array onlyInput() {
        return Objects.requireNonNull(feeds.get(network.input().name()));
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
            if (s.isOk() && maps != null) {
                s = maps.status().get(i);
            }
            if (s.isOk() && metrics != null) {
                s = metrics.status().get(i);
            }
            out.add(s);
        }
        return out;
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
    static Set<Score.Source> sources(List<Score> scores) {
        Set<Score.Source> set = new LinkedHashSet<>();
        scores.forEach(s -> set.add(s.source()));
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
    }
}

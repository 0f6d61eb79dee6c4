package dev.qualm.sustainability;

import dev.qualm.Provenance;
import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.data.Dataset;
import dev.qualm.metric.Bootstrap;
import dev.qualm.metric.Interval;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.network.onnx.ModelHash;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Layer sustainability analysis: how far each layer's representation moves under each perturbation, with intervals.
 *
 * <p>Data are read in micro-batches; memory does not grow with the data unless values of single items are asked for. Costs one
 * forward pass for the clean inputs and one for each perturbation, besides what perturbations cost. Immutable and thread-safe; the
 * network stays the caller's.
 */
public final class LayerSustainability {
    /** Tells how far an analysis is. */
    @FunctionalInterface
    public interface Progress {
        /** Called on the calling thread after each round of micro-batches. */
        void done(int items, int of);
    }

    /**
     * Everything but network and taps.
     *
     * @param measures in the order of the result
     * @param equalNorm how perturbations are scaled, or null to leave them
     * @param box unit of the sizes of perturbations
     * @param level of the intervals
     * @param bootstrap how intervals are made, or null for normal ones; keeps the values of single items
     */
    record Settings(
            List<Measure> measures,
            @Nullable EqualNorm equalNorm,
            Box box,
            CkaOptions cka,
            double level,
            @Nullable Bootstrap bootstrap,
            boolean itemValues) {
        boolean keepsItems() {
            return itemValues || bootstrap != null;
        }

        boolean wants(Measure measure) {
            return measures.contains(measure);
        }
    }

    /** Of the graph, taken when it is first asked for: large networks take a while. */
    private static final class Hash {
        private final Network network;
        private @Nullable String value;

        Hash(Network network) {
            this.network = network;
        }

        synchronized String get() {
            if (value == null) {
                value = ModelHash.of(network.graph());
            }
            return value;
        }
    }

    private final Network network;
    private final Hash hash;
    private final List<Tap> taps;
    private final String tapLabel;
    private final Settings settings;

    private LayerSustainability(Network network, Hash hash, List<Tap> taps, String tapLabel, Settings settings) {
        this.network = network;
        this.hash = hash;
        this.taps = taps;
        this.tapLabel = tapLabel;
        this.settings = settings;
    }

    /** The relative error of all activations. */
    public static LayerSustainability of(Network network) {
        return of(network, Taps.ACTIVATIONS);
    }

    /**
     * The relative error of chosen places.
     *
     * @throws SustainabilityException if the network has none of them
     * @throws UnsupportedModelException unless the network has one input of floats
     */
    public static LayerSustainability of(Network network, Taps taps) {
        if (network.inputs().size() != 1 || !network.input().type().isFloating()) {
            throw new UnsupportedModelException("Perturbations change the values of an input: expected a network of one"
                    + " input of floats, but found " + network.inputs()
                    + "; make all but one constants of the graph, and start after embeddings");
        }
        Settings settings = new Settings(
                List.of(Measure.RELATIVE_ERROR),
                null,
                Box.of(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
                CkaOptions.DEFAULT,
                Interval.DEFAULT_LEVEL,
                null,
                false);
        return new LayerSustainability(network, new Hash(network), taps.of(network), taps.label(), settings);
    }

    /** Other measures, all from the same passes; the first is the one that marks vulnerable layers. */
    public LayerSustainability withMeasures(Measure... measures) {
        List<Measure> list = List.of(measures).stream().distinct().toList();
        if (list.isEmpty()) {
            throw new SustainabilityException("Expected at least one measure");
        }
        return with(new Settings(
                list,
                settings.equalNorm,
                settings.box,
                settings.cka,
                settings.level,
                settings.bootstrap,
                settings.itemValues));
    }

    /** Scales perturbations to one size; null leaves them as they are. */
    public LayerSustainability withEqualNorm(@Nullable EqualNorm equalNorm) {
        return with(new Settings(
                settings.measures,
                equalNorm,
                settings.box,
                settings.cka,
                settings.level,
                settings.bootstrap,
                settings.itemValues));
    }

    /** The unit that sizes of perturbations are stated in, for example pixels; by default that of the network's input. */
    public LayerSustainability withBox(Box box) {
        return with(new Settings(
                settings.measures,
                settings.equalNorm,
                box,
                settings.cka,
                settings.level,
                settings.bootstrap,
                settings.itemValues));
    }

    /** How {@link Measure#LINEAR_CKA} is estimated. */
    public LayerSustainability withCka(CkaOptions cka) {
        return with(new Settings(
                settings.measures,
                settings.equalNorm,
                settings.box,
                cka,
                settings.level,
                settings.bootstrap,
                settings.itemValues));
    }

    /** Nominal coverage of the intervals, 0.95 by default. */
    public LayerSustainability withLevel(double level) {
        return with(new Settings(
                settings.measures,
                settings.equalNorm,
                settings.box,
                settings.cka,
                level,
                settings.bootstrap,
                settings.itemValues));
    }

    /** Percentile intervals by resampling items in place of normal ones; memory grows with the data then. */
    public LayerSustainability withBootstrap(@Nullable Bootstrap bootstrap) {
        return with(new Settings(
                settings.measures,
                settings.equalNorm,
                settings.box,
                settings.cka,
                settings.level,
                bootstrap,
                settings.itemValues));
    }

    /** Whether the result holds the values of single items; memory grows with the data then. */
    public LayerSustainability withItemValues(boolean kept) {
        return with(new Settings(
                settings.measures,
                settings.equalNorm,
                settings.box,
                settings.cka,
                settings.level,
                settings.bootstrap,
                kept));
    }

    private LayerSustainability with(Settings changed) {
        return new LayerSustainability(network, hash, taps, tapLabel, changed);
    }

    /** Where representations are compared. */
    public List<Tap> taps() {
        return taps;
    }

    /** How far a network's layers move between two batches of the same shape, {@code [n, ...]}. */
    public SustainabilityResult compare(Array clean, Array perturbed) {
        return analyse(clean, null, List.of(Perturbation.given("given", perturbed)));
    }

    /**
     * Analyses a batch.
     *
     * @param clean {@code [n, ...]}
     * @param labels true classes, for attacks, or null
     */
    public SustainabilityResult analyse(Array clean, int @Nullable [] labels, List<Perturbation> perturbations) {
        if (clean.rank() == 0 || (labels != null && labels.length != clean.dim(0))) {
            throw new ShapeException("Expected inputs [n, ...] and one label for each, but found " + clean
                    + (labels == null ? "" : " and " + labels.length + " labels"));
        }
        return run(new Source.Batch(clean, labels), perturbations, Workers.caller(), (done, of) -> {});
    }

    /** Analyses a data set, with its labels if it has any. */
    public SustainabilityResult analyse(Dataset data, List<Perturbation> perturbations) {
        return analyse(data, perturbations, Workers.caller(), (done, of) -> {});
    }

    /** As {@link #analyse(Dataset, List)}, with the micro-batches spread over workers; the result is the same bit for bit. */
    public SustainabilityResult analyse(
            Dataset data, List<Perturbation> perturbations, Workers workers, Progress progress) {
        return run(new Source.Stored(data), perturbations, workers, progress);
    }

    private SustainabilityResult run(
            Source source, List<Perturbation> perturbations, Workers workers, Progress progress) {
        Set<String> names = new HashSet<>();
        for (Perturbation p : perturbations) {
            if (!names.add(p.name())) {
                throw new SustainabilityException("Expected perturbations of different names, but found '" + p.name()
                        + "' twice; results go by name");
            }
        }
        if (perturbations.isEmpty()) {
            throw new SustainabilityException("Expected at least one perturbation, but found none");
        }
        if (source.size() == 0) {
            throw new SustainabilityException("Expected at least one item, but " + source + " has none");
        }
        try (MicroRuns runs = new MicroRuns(network, taps, settings, perturbations, source)) {
            ResultSums sums = new ResultSums(taps, settings, perturbations);
            int rows = runs.rows();
            int parts = (source.size() + rows - 1) / rows;
            for (int from = 0; from < parts; from += workers.threads()) {
                int first = from;
                List<MicroRuns.Outcome> outcomes = workers.map(Math.min(workers.threads(), parts - from), i -> {
                    int at = (first + i) * rows;
                    return runs.run(source.read(at, Math.min(source.size(), at + rows)));
                });
                outcomes.forEach(sums::add);
                progress.done(Math.min(source.size(), (from + outcomes.size()) * rows), source.size());
            }
            return sums.result(provenance(source, rows));
        }
    }

    private Provenance provenance(Source source, int rows) {
        List<String> measured = new ArrayList<>();
        settings.measures.forEach(m -> measured.add(m.label()));
        Provenance p = Provenance.of("layer sustainability analysis")
                .with("network", network.graph().name())
                .with("model", "sha256:" + hash.get())
                .with("precision", network.precision())
                .with("data", source)
                .with("taps", tapLabel)
                .with("measures", String.join(", ", measured))
                .with("size", settings.equalNorm == null ? "as each perturbation is set" : settings.equalNorm)
                .with("intervals", settings.bootstrap == null ? "normal" : settings.bootstrap)
                .with("micro-batch", rows);
        for (Map.Entry<String, String> e : source.notes().entrySet()) {
            p = p.with(e.getKey(), e.getValue());
        }
        return settings.wants(Measure.LINEAR_CKA) ? p.with("linear CKA", settings.cka) : p;
    }
}

package dev.qualm.detect.fitted;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.detect.Shared;
import dev.qualm.mutation.ItemSet;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.network.onnx.ModelHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fits any number of detectors in one pass over data. Memory is that of the statistics, whatever the data's size; statistics that several
 * detectors need are kept once.
 *
 * <p>Fits of parts of the data can be merged, and give what one fit of all gives, up to the rounding of sums (about 1e-12 relative; bit for
 * bit where only items are kept). Belongs to one thread at a time.
 */
public final class DetectorFit {
    private static final int BLOCK = 512;

    private final List<Detector> detectors;
    private final Site site;
    private final @Nullable Network network;
    private final Statistics statistics;
    private long items;
    private long leftOut;

    public DetectorFit(List<Detector> detectors, Site site) {
        this(detectors, site, null);
    }

    /** @param network for methods that run it once more when the fit is finished; null if there is none */
    public DetectorFit(List<Detector> detectors, Site site, @Nullable Network network) {
        this.detectors = List.copyOf(detectors);
        this.site = site;
        this.network = network;
        Set<Statistic.Need<?>> needs = new LinkedHashSet<>();
        for (Detector d : detectors) {
            DetectorException.require(
                    site.hasHead() || !d.about().readsHead(),
                    Detectors.text(d),
                    "a network whose logits are a linear function of features",
                    "another",
                    "use detectors that read logits only");
            needs.addAll(d.needs());
        }
        statistics = new Statistics(site, needs);
    }

    /**
     * Takes a batch. Rows with a number that is not finite are left out, and counted.
     *
     * @throws DetectorException if a class is unknown to the network
     */
    public void add(Readings batch) {
        for (int i = 0; i < batch.size(); i++) {
            int label = batch.label(i);
            if (label < Readings.UNKNOWN || label >= site.classes()) {
                throw new DetectorException("Expected classes from 0 to " + (site.classes() - 1) + " or "
                        + Readings.UNKNOWN + " for unknown, but found " + label + "; fit on the network's own classes");
            }
        }
        Readings finite = batch.finite();
        items += finite.size();
        leftOut += batch.size() - finite.size();
        if (finite.size() > 0) {
            statistics.add(finite);
        }
    }

    /** Takes what another fit of the same detectors has seen, which is not changed. */
    public void merge(DetectorFit other) {
        if (!other.detectors.equals(detectors)) {
            throw new DetectorException("Expected a fit of the detectors " + texts(detectors) + ", but found "
                    + texts(other.detectors) + "; merge fits of the same ones");
        }
        statistics.merge(other.statistics);
        items += other.items;
        leftOut += other.leftOut;
    }

    /** Finite items so far. */
    public long items() {
        return items;
    }

    /** Items left out so far. */
    public long leftOut() {
        return leftOut;
    }

    /**
     * The fitted detectors, in order.
     *
     * @throws DetectorException if the items do not suffice
     */
    public List<DetectorScore> finish() {
        return finish(null);
    }

    private List<DetectorScore> finish(@Nullable BiConsumer<Detector, String> left) {
        List<DetectorScore> out = new ArrayList<>();
        for (Detector d : detectors) {
            try {
                out.add(finished(d));
            } catch (QualmException e) {
                if (left == null) {
                    throw e;
                }
                left.accept(d, String.valueOf(e.getMessage()));
            }
        }
        if (out.isEmpty() && !detectors.isEmpty()) {
            throw new DetectorException("None of the detectors can be used with this network and these data");
        }
        return out;
    }

    private DetectorScore finished(Detector d) {
        DetectorException.require(
                items > 0 || d.needs().isEmpty(),
                Detectors.text(d),
                "items with finite logits and features to be fitted on",
                "none (" + leftOut + " left out)",
                "give more data");
        return DetectorScore.of(d, site, d.fit(site, statistics, network));
    }

    /**
     * Fits detectors on a data set: one forward pass over it.
     *
     * @param labelled whether the data's classes are the network's, so that methods may use them
     * @param threads Java threads over micro-batches; results do not depend on it
     * @param progress called with the number of items done so far
     */
    public static FittedDetectors fit(
            Network network,
            Dataset data,
            boolean labelled,
            List<Detector> detectors,
            int threads,
            IntConsumer progress) {
        return fit(network, data, labelled, detectors, null, threads, progress);
    }

    /**
     * The same, but detectors that the network does not allow, or that the data do not suffice for, are left out.
     *
     * @param left told which are left out and why; null to refuse them as the other method does
     * @throws DetectorException if none remains
     */
    public static FittedDetectors fit(
            Network network,
            Dataset data,
            boolean labelled,
            List<Detector> asked,
            @Nullable BiConsumer<Detector, String> left,
            int threads,
            IntConsumer progress) {
        List<Detector> detectors = left == null ? asked : allowed(network, data, asked, left);
        if (data.size() == 0) {
            throw new DetectorException("There is nothing to fit on: the data set is empty");
        }
        int[] labels = labelled && data.labelled() ? data.labels() : null;
        DetectorFit fit = null;
        LongStream.Builder seen = LongStream.builder();
        FitReader reader = FitReader.of(network, detectors);
        try (Workers workers = Workers.of(threads);
                Shared shared = new Shared()) {
            int block = reader.block(data, threads, BLOCK);
            for (int from = 0; from < data.size(); from += block) {
                int to = Math.min(data.size(), from + block);
                Batch batch = data.read(from, to);
                int[] kept = IntStream.range(0, to - from)
                        .filter(i -> batch.status().get(i).ok())
                        .toArray();
                if (kept.length == 0) {
                    progress.accept(to);
                    continue;
                }
                Array inputs = batch.inputs().select(kept);
                long[] contents = ItemSet.each(inputs);
                Arrays.stream(contents).forEach(seen);
                int start = from;
                int[] classes = Arrays.stream(kept)
                        .map(i -> labels == null ? Readings.UNKNOWN : labels[start + i])
                        .toArray();
                Readings read = reader.read(inputs, classes, contents, workers, shared);
                if (fit == null) {
                    Site site = Site.of(network, read.logits(0).length);
                    requireUsable(detectors, network, site);
                    fit = new DetectorFit(detectors, site, network);
                }
                fit.leftOut += to - start - kept.length;
                fit.add(read);
                progress.accept(to);
            }
        }
        if (fit == null) {
            throw new DetectorException("There is nothing to fit on: no item of the data set could be read");
        }
        return new FittedDetectors(
                ModelHash.of(network.graph()),
                fit.site,
                fit.finish(left),
                items(seen.build().toArray()),
                Provenance.of("fitted-detectors")
                        .with("detectors", texts(detectors))
                        .with("network", network)
                        .with("items", fit.items)
                        .with("left out", fit.leftOut)
                        .with("classes", labels == null ? "predicted" : "true"));
    }

    private static List<Detector> allowed(
            Network network, Dataset data, List<Detector> asked, BiConsumer<Detector, String> left) {
        for (int i = 0; i < data.size(); i++) {
            Batch first = data.read(i, i + 1);
            if (!first.complete()) {
                continue;
            }
            Site site = Site.of(network, network.logits(first.inputs()).dim(1));
            List<Detector> kept = new ArrayList<>();
            for (Detector d : asked) {
                String reason = Detectors.refusal(d, network, site);
                if (reason == null) {
                    kept.add(d);
                } else {
                    left.accept(d, reason);
                }
            }
            return kept;
        }
        return asked;
    }

    private static void requireUsable(List<Detector> detectors, Network network, Site site) {
        for (Detector d : detectors) {
            String reason = Detectors.refusal(d, network, site);
            if (reason != null) {
                throw new DetectorException(
                        "Detector " + Detectors.text(d) + " cannot be used: " + reason + "; leave it out");
            }
        }
    }

    /**
     * Reads once, in the caller's thread, what detectors learn from and what they score by, for any number of fits ({@link #add}) and scores
     * ({@link DetectorScore#scoreRows}).
     *
     * @param labels true classes, or null
     */
    static Readings read(Network network, Array inputs, int @Nullable [] labels, List<Detector> detectors) {
        Stream<Quantity> both =
                detectors.stream().flatMap(d -> Stream.concat(d.learntFrom().stream(), d.quantities().stream()));
        int[] classes = labels;
        if (classes == null) {
            classes = new int[inputs.dim(0)];
            Arrays.fill(classes, Readings.UNKNOWN);
        }
        try (Shared shared = new Shared()) {
            return FitReader.of(network, detectors, both)
                    .read(inputs, classes, ItemSet.each(inputs), Workers.caller(), shared);
        }
    }

    /** A set whose name does not depend on the items' order. */
    static ItemSet items(long[] contents) {
        long[] sorted = contents.clone();
        Arrays.sort(sorted);
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(sorted.length * Long.BYTES);
        bytes.asLongBuffer().put(sorted);
        return new ItemSet(ModelHash.of(bytes.array()), sorted);
    }

    private static List<String> texts(List<Detector> detectors) {
        return detectors.stream().map(Detectors::text).toList();
    }

    @Override
    public String toString() {
        return "fit of " + texts(detectors) + " on " + items + " items";
    }
}

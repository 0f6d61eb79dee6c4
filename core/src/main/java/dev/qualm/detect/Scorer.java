package dev.qualm.detect;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Forward;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.network.engine.Engine;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Computes many scores of a data set with one forward pass per micro-batch and the fewest sweeps.
 *
 * @param network whose predictions are judged
 * @param scores what to compute
 * @param threads Java threads over micro-batches; results do not depend on it
 * @param maps how the cosine similarity maps are made that gga scores read; with a selection of classes their cost does not
 *     grow with the number of classes, and their values are those of the smaller map
 * @param engine what computes forward passes, the network itself unless {@link #on} says another
 */
public record Scorer(Network network, List<Score> scores, int threads, CosineSimilarityMaps maps, Forward engine) {
    /** Micro-batches that share the making of mutants. */
    private static final int TOGETHER = 8;

    /** What a forward pass alone gives. */
    private static final Set<Score.Source> VALUES =
            EnumSet.of(Score.Source.LOGITS, Score.Source.HEAD, Score.Source.LAYERS);

    public Scorer {
        scores = List.copyOf(scores);
        if (threads < 1) {
            throw new QualmException("Expected at least one thread, but found " + threads);
        }
        List<String> others = scores.stream()
                .filter(s -> !VALUES.containsAll(s.sources()))
                .map(Score::name)
                .toList();
        if (engine != network && !others.isEmpty()) {
            throw new QualmException("Expected scores that one forward pass suffices for, as another engine than the"
                    + " network is to compute it, but found " + others + "; leave them or the other engine out");
        }
    }

    /** A scorer whose forward passes the network itself computes. */
    public Scorer(Network network, List<Score> scores, int threads, CosineSimilarityMaps maps) {
        this(network, scores, threads, maps, network);
    }

    /** A scorer whose maps have their default settings: all classes. */
    public Scorer(Network network, List<Score> scores, int threads) {
        this(network, scores, threads, CosineSimilarityMaps.defaults());
    }

    /** A scorer on all processors. */
    public static Scorer of(Network network, List<Score> scores) {
        return new Scorer(network, scores, Runtime.getRuntime().availableProcessors());
    }

    public Scorer withMaps(CosineSimilarityMaps newMaps) {
        return new Scorer(network, scores, threads, newMaps, engine);
    }

    /**
     * A scorer whose forward passes another engine computes, which runs the same network.
     *
     * @throws QualmException if a score needs more than one forward pass
     */
    public Scorer on(Forward other) {
        return new Scorer(network, scores, threads, maps, other);
    }

    /** Scores whose reason for refusal on this network is to be shown, by name. */
    public Map<String, String> refusals(int classes) {
        Map<String, String> out = new LinkedHashMap<>();
        for (Score s : scores) {
            String reason = s.refusal(network, classes);
            if (reason != null) {
                out.put(s.name(), reason);
            }
        }
        return out;
    }

    /**
     * What scoring will cost.
     *
     * @param classes number of the network's classes
     */
    public Plan plan(int classes) {
        return Plan.of(scores, network, classes, maps);
    }

    /** Scores every item of a data set for a network with one input. */
    public ScoreTable score(Dataset data) {
        return score(data, done -> {});
    }

    /** @param progress called with the number of items done so far, from any thread, in increasing order per thread */
    public ScoreTable score(Dataset data, IntConsumer progress) {
        int n = data.size();
        if (n == 0) {
            throw new QualmException("There is nothing to score: the data set is empty");
        }
        String input = network.input().name();
        int rows = rows(network.microBatch(
                Map.of(input, data.read(0, Math.min(2, n)).inputs())));
        Partial all = new Partial(n, scores.size());
        AtomicInteger done = new AtomicInteger();
        Demand demand = Demand.of(network, scores, maps);
        try (Workers workers = Workers.of(threads);
                Shared shared = new Shared()) {
            workers.map((n + rows - 1) / rows, i -> {
                int start = i * rows;
                int to = Math.min(n, start + rows);
                part(data.read(start, to), input, start, demand, shared, all);
                int sum = done.addAndGet(to - start);
                progress.accept(sum);
                return sum;
            });
        } catch (QualmException e) {
            throw e;
        } catch (RuntimeException e) {
            throw Engine.failure("Scoring", e);
        }
        return all.table(data.ids(), scores, provenance(rows));
    }

    /** Items of a part. Making a mutant is paid once per part, so parts are larger where nothing else needs them small. */
    private int rows(int microBatch) {
        Set<Score.Source> sources = Evidence.sources(scores);
        boolean small = sources.contains(Score.Source.INPUT_GRADIENTS)
                || sources.contains(Score.Source.WEIGHT_GRADIENTS)
                || sources.contains(Score.Source.LAYERS)
                || !sources.contains(Score.Source.MUTANTS);
        return small || microBatch == 1 ? microBatch : microBatch * TOGETHER;
    }

    private void part(Batch batch, String input, int at, Demand demand, Shared shared, Partial all) {
        // Items that could not be read keep their place; the network sees only the readable ones.
        int[] readable = java.util.stream.IntStream.range(0, batch.size())
                .filter(i -> batch.status().get(i).ok())
                .toArray();
        for (int i = 0; i < batch.size(); i++) {
            if (!batch.status().get(i).ok()) {
                all.unreadable(at + i, batch.status().get(i).toString());
            }
        }
        if (readable.length == 0) {
            return;
        }
        Array inputs = readable.length == batch.size()
                ? batch.inputs()
                : batch.inputs().select(readable);
        try (Evidence evidence = Evidence.of(network, engine, Map.of(input, inputs), demand, shared)) {
            Map<Score, double[]> values = new IdentityHashMap<>();
            for (Score s : scores) {
                if (s.refusal(network, evidence.logits()[0].length) == null) {
                    values.put(s, s.score(evidence));
                }
            }
            all.put(at, readable, evidence, scores, values);
        }
    }

    private static double[] nan(int n) {
        double[] out = new double[n];
        java.util.Arrays.fill(out, Double.NaN);
        return out;
    }

    private Provenance provenance(int rows) {
        Provenance made = Provenance.of("scores")
                .with("network", network)
                .with("scores", scores.stream().map(Score::name).toList())
                .with("threads", threads)
                .with("micro-batch", rows);
        if (engine != network) {
            made = made.with("engine", engine.getClass().getSimpleName());
        }
        return Evidence.sources(scores).contains(Score.Source.INPUT_GRADIENTS) ? made.with("maps", maps) : made;
    }

    /** Results under construction; each item is written by one thread, the times under a lock. */
    private static final class Partial {
        private final int[] predictions;
        private final double[] confidence;
        private final double[][] values;
        private final Status[] status;
        private final Map<Score.Source, Long> nanos = new EnumMap<>(Score.Source.class);

        Partial(int n, int scores) {
            predictions = new int[n];
            confidence = nan(n);
            java.util.Arrays.fill(predictions, -1);
            values = new double[scores][];
            for (int s = 0; s < scores; s++) {
                values[s] = nan(n);
            }
            status = new Status[n];
            java.util.Arrays.fill(status, Status.OK);
        }

        void unreadable(int item, String reason) {
            status[item] = Status.unreadable(reason);
        }

        void put(int at, int[] readable, Evidence evidence, List<Score> scores, Map<Score, double[]> found) {
            int[] predicted = evidence.predictions();
            List<Status> states = evidence.status();
            for (int i = 0; i < readable.length; i++) {
                int item = at + readable[i];
                boolean finite = states.get(i).kind() != Status.Kind.NON_FINITE;
                predictions[item] = finite ? predicted[i] : -1;
                confidence[item] = finite ? 1 - Msp.of(evidence.logits()[i]) : Double.NaN;
                status[item] = states.get(i);
                for (int s = 0; s < values.length; s++) {
                    double[] own = found.get(scores.get(s));
                    values[s][item] = finite && own != null ? own[i] : Double.NaN;
                    if (status[item].isOk() && own != null && Double.isNaN(own[i])) {
                        status[item] = Status.undefined("no " + scores.get(s).name());
                    }
                }
            }
            synchronized (nanos) {
                evidence.nanos().forEach((source, t) -> nanos.merge(source, t, Long::sum));
            }
        }

        ScoreTable table(List<String> ids, List<Score> scores, Provenance provenance) {
            Map<Score.Source, Double> millis = new EnumMap<>(Score.Source.class);
            nanos.forEach((source, t) -> millis.put(source, t / 1e6 / Math.max(1, ids.size())));
            return new ScoreTable(ids, predictions, confidence, scores, values, List.of(status), millis, provenance);
        }
    }
}

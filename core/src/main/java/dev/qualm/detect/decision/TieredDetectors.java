package dev.qualm.detect.decision;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.Score;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.verdict.CalibratedCascade;
import dev.qualm.detect.verdict.CalibrationException;
import dev.qualm.detect.verdict.Cascade;
import dev.qualm.detect.verdict.CascadeMode;
import dev.qualm.detect.verdict.CascadeRun;
import dev.qualm.detect.verdict.Tier;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Calibrated detectors that are asked one after the other: costly ones only about items that the cheaper ones leave
 * undecided. The promise is that of the final verdicts. Any number of threads may use it; the network is the caller's
 * to close.
 */
/*
 * Tiers that need no work beyond the forward pass are all computed in the first run, where they cost nothing beside it;
 * any other has a run of its own over the undecided items, its forward pass included.
 */
public final class TieredDetectors {
    private final FittedDetectors fitted;
    private final Network network;
    private final TierSettings settings;
    private final int threads;
    private final List<DetectorScore> tiers;
    private final Map<String, String> refused = new LinkedHashMap<>();
    private final CalibratedCascade cascade;
    private final CascadeMode mode;
    private final double[][] calibration;

    private TieredDetectors(FittedDetectors fitted, Network network, TierSettings settings, int threads) {
        CalibrationItems items = CalibratedDetectors.items(fitted, network);
        this.fitted = fitted;
        this.network = network;
        this.settings = settings;
        this.threads = threads;
        List<String> names = CalibratedDetectors.names(fitted);
        List<Integer> places = new ArrayList<>();
        for (String name : settings.tiers()) {
            if (!names.contains(name)) {
                throw new CalibrationException(
                        "Expected tiers among the fitted detectors " + names + ", but found '" + name + "'");
            }
            places.add(names.indexOf(name));
        }
        tiers = places.stream().map(fitted.scores()::get).toList();
        for (DetectorScore t : tiers) {
            String reason = t.refusal(network, fitted.site().classes());
            if (reason != null) {
                refused.put(t.name(), reason);
            }
        }
        boolean[] tunes = ItemContents.draw(items.contents(), settings.tuning(), settings.seed());
        calibration = items.select(ItemContents.where(tunes, false)).scores(places);
        cascade = CalibratedCascade.of(
                new Cascade(costs(tiers))
                        .tuned(
                                items.select(ItemContents.where(tunes, true)).scores(places),
                                settings.below(),
                                settings.above()),
                calibration,
                settings.guarantee());
        List<String> asked = settings.available() == null ? settings.tiers() : settings.available();
        List<String> available =
                asked.stream().filter(n -> !refused.containsKey(n)).toList();
        if (available.isEmpty()) {
            throw new CalibrationException("Expected at least one tier that this network admits, but found none: "
                    + refused + "; choose other detectors");
        }
        mode = cascade.mode(available);
    }

    /**
     * Chooses thresholds on a part of the calibration items and calibrates on the others.
     *
     * @throws CalibrationException if a tier is unknown, or too few items remain for the promise
     */
    public static TieredDetectors of(FittedDetectors fitted, Network network, TierSettings settings) {
        return new TieredDetectors(
                fitted, network, settings, Runtime.getRuntime().availableProcessors());
    }

    public TieredDetectors withThreads(int count) {
        return new TieredDetectors(fitted, network, settings, count);
    }

    private static List<Tier> costs(List<DetectorScore> tiers) {
        List<Tier> out = new ArrayList<>();
        for (DetectorScore t : tiers) {
            out.add(Tier.of(
                    t.name(), out.isEmpty() || !first(t) ? t.passes(t.site().classes()) : 0));
        }
        return out;
    }

    /** Whether a score costs nothing beside the forward pass. */
    private static boolean first(DetectorScore score) {
        return score.work(score.site().classes(), CosineSimilarityMaps.defaults())
                .isEmpty();
    }

    public CascadeMode mode() {
        return mode;
    }

    /** Whether some tiers are not asked, so that another calibration is in use. */
    public boolean degraded() {
        return mode.names().size() < tiers.size();
    }

    /** Why the network has not some of the tiers, by name. */
    public Map<String, String> refused() {
        return Map.copyOf(refused);
    }

    /** As {@link CalibratedDetectors#judge(Array)}. */
    public JudgedItems judge(Array inputs) {
        return judge(Dataset.of(inputs, Layout.NCHW, null));
    }

    /** As {@link CalibratedDetectors#judge(Dataset)}. */
    public JudgedItems judge(Dataset data) {
        fitted.requireUnseen(data);
        return judgeUnchecked(data);
    }

    /** The same without a look at whether the detectors have seen the items. */
    public JudgedItems judgeUnchecked(Dataset data) {
        List<DetectorScore> asked =
                tiers.stream().filter(t -> mode.names().contains(t.name())).toList();
        List<Score> together = new ArrayList<>();
        for (DetectorScore t : asked) {
            if (together.isEmpty() || first(t)) {
                together.add(t);
            }
        }
        ScoreTable table = new Scorer(network, together, threads).score(data);
        Work work = new Work(data, table, asked);
        CascadeRun run = cascade.judge(mode, data.size(), (tier, items) -> work.scores(tiers.get(tier), items));
        List<ItemVerdict> verdicts = run.verdicts().stream()
                .map(v -> new ItemVerdict(Map.of(), v.verdict(), v.tier()))
                .toList();
        return new JudgedItems(work.table(), verdicts, run);
    }

    /** Starts a watch over the first tier, which sees all items. */
    public StreamWatch watch(double level, long seed) {
        String first = mode.names().get(0);
        int place = tiers.stream().map(DetectorScore::name).toList().indexOf(first);
        return StreamWatch.of(List.of(first), new double[][] {calibration[place]}, level, seed);
    }

    /** Scores of one batch as they are asked for. */
    private final class Work {
        private final Dataset data;
        private final ScoreTable first;
        private final List<DetectorScore> asked;
        private final double[][] values;
        private final Status[] status;

        Work(Dataset data, ScoreTable first, List<DetectorScore> asked) {
            this.data = data;
            this.first = first;
            this.asked = asked;
            this.status = first.status().toArray(Status[]::new);
            this.values = asked.stream().map(t -> known(t)).toArray(double[][]::new);
        }

        private double[] known(DetectorScore t) {
            if (first.scores().contains(t)) {
                return first.of(t.name());
            }
            double[] none = new double[first.size()];
            Arrays.fill(none, Double.NaN);
            return none;
        }

        double[] scores(DetectorScore tier, int[] items) {
            double[] column = values[asked.indexOf(tier)];
            int[] readable = IntStream.of(items)
                    .filter(i -> status[i].kind() != Status.Kind.UNREADABLE)
                    .toArray();
            if (!first.scores().contains(tier) && readable.length > 0) {
                ScoreTable own = new Scorer(network, List.of(tier), threads).score(data.select(readable));
                for (int k = 0; k < readable.length; k++) {
                    column[readable[k]] = own.values()[0][k];
                    status[readable[k]] =
                            status[readable[k]].isOk() ? own.status().get(k) : status[readable[k]];
                }
            }
            return IntStream.of(items).mapToDouble(i -> column[i]).toArray();
        }

        ScoreTable table() {
            return new ScoreTable(
                    first.ids(),
                    first.predictions(),
                    first.confidence(),
                    List.copyOf(asked),
                    values,
                    List.of(status),
                    first.millisPerItem(),
                    first.provenance());
        }
    }

    @Override
    public String toString() {
        List<String> missing = new ArrayList<>(settings.tiers());
        missing.removeAll(mode.names());
        return mode + (missing.isEmpty() ? "" : ", without " + missing);
    }
}

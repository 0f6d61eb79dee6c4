package dev.qualm.detect.decision;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.verdict.CalibrationException;
import dev.qualm.network.Network;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Fitted detectors with their calibration on a network: scores and verdicts of a batch in one call. {@code
 * CalibratedDetectors.load(file, network).judge(batch)} gives those of the first detector at a false-alarm rate of at
 * most 0.05. Immutable; any number of threads may use it. The network is the caller's to close.
 */
public final class CalibratedDetectors {
    /** The false-alarm rate unless another is asked for. */
    public static final double ALPHA = 0.05;

    private final FittedDetectors fitted;
    private final CalibrationItems items;
    private final Network network;
    private final DecisionSettings settings;
    private final DetectorRules rules;
    private final int threads;

    private CalibratedDetectors(FittedDetectors fitted, Network network, DecisionSettings settings, int threads) {
        this.fitted = fitted;
        this.items = items(fitted, network);
        this.network = network;
        this.settings = settings;
        this.threads = threads;
        this.rules = DetectorRules.of(names(fitted), items, settings);
    }

    /** As {@link #of}, of detectors from a file. */
    public static CalibratedDetectors load(Path file, Network network) {
        return of(FittedDetectors.load(file, network), network, DecisionSettings.of(ALPHA));
    }

    /**
     * Detectors ready to judge, on all processors.
     *
     * @param network they were fitted for
     * @throws CalibrationException if they have no calibration, or one that is too small for the promise
     */
    public static CalibratedDetectors of(FittedDetectors fitted, Network network, DecisionSettings settings) {
        return new CalibratedDetectors(
                fitted, network, settings, Runtime.getRuntime().availableProcessors());
    }

    /** The calibration, if it was made on what this network returns. */
    static CalibrationItems items(FittedDetectors fitted, Network network) {
        CalibrationItems items = fitted.calibration();
        if (items == null) {
            throw new CalibrationException("Expected detectors with a calibration, but found " + fitted
                    + "; calibrate them on trusted items that they were not fitted on");
        }
        String output = network.structure().logits();
        if (!output.equals(items.output())) {
            throw new CalibrationException("Expected output '" + items.output()
                    + "', which the detectors were calibrated on, but found '" + output
                    + "'; choose that output, or calibrate again");
        }
        return items;
    }

    static List<String> names(FittedDetectors fitted) {
        return fitted.scores().stream().map(DetectorScore::name).toList();
    }

    /** The same detectors with another promise. */
    public CalibratedDetectors with(DecisionSettings other) {
        return new CalibratedDetectors(fitted, network, other, threads);
    }

    public CalibratedDetectors withThreads(int count) {
        return new CalibratedDetectors(fitted, network, settings, count);
    }

    public FittedDetectors fitted() {
        return fitted;
    }

    public DecisionSettings settings() {
        return settings;
    }

    /** Name of the detector whose verdict is the overall one, or {@link DecisionSettings#ANY}. */
    public String decider() {
        return rules.decider();
    }

    /** Names of the detectors whose scores the overall verdict rests on. */
    public List<String> deciding() {
        return rules.deciding();
    }

    /**
     * Judges a batch.
     *
     * @param inputs {@code [n, ...]}, as the network takes them
     * @throws dev.qualm.detect.fitted.DetectorException if an item was fitted or calibrated on
     */
    public JudgedItems judge(Array inputs) {
        return judge(Dataset.of(inputs, Layout.NCHW, null));
    }

    /** As {@link #judge(Array)}, of prepared items; those that cannot be read have undefined verdicts. */
    public JudgedItems judge(Dataset data) {
        fitted.requireUnseen(data);
        ScoreTable table = new Scorer(network, List.copyOf(fitted.scores()), threads).score(data);
        return judge(table, data);
    }

    /**
     * Verdicts on scores that are there already.
     *
     * @param table of this network, with the scores of these detectors and perhaps others; where one is missing, its
     *     verdicts are undefined
     * @param data the same items, read again only for smoothed p-values. That they are new to the detectors is not
     *     checked here: see {@link FittedDetectors#requireUnseen(Dataset)}
     */
    public JudgedItems judge(ScoreTable table, Dataset data) {
        if (table.size() != data.size()) {
            throw new CalibrationException(
                    "Expected scores of the same " + data.size() + " items, but found " + table.size());
        }
        long[] contents =
                settings.smoothing() == null ? null : ItemContents.of(data).hashes();
        List<double[]> columns =
                names(fitted).stream().map(n -> column(table, n)).toList();
        List<ItemVerdict> verdicts = new ArrayList<>();
        for (int i = 0; i < table.size(); i++) {
            int item = i;
            verdicts.add(rules.verdict(
                    columns.stream().mapToDouble(c -> c[item]).toArray(),
                    table.predictions()[i],
                    contents == null ? "" : ItemContents.text(contents[i])));
        }
        return new JudgedItems(table, verdicts, null);
    }

    private static double[] column(ScoreTable table, String name) {
        boolean there = table.scores().stream().anyMatch(s -> s.name().equals(name));
        double[] none = new double[table.size()];
        Arrays.fill(none, Double.NaN);
        return there ? table.of(name) : none;
    }

    /** Starts a watch over the scores that the overall verdict depends on; {@link StreamWatch} says how to use it. */
    public StreamWatch watch(double level, long seed) {
        List<String> names = names(fitted);
        return StreamWatch.of(
                rules.deciding(),
                items.scores(rules.deciding().stream().map(names::indexOf).toList()),
                level,
                seed);
    }

    @Override
    public String toString() {
        return rules.toString();
    }
}

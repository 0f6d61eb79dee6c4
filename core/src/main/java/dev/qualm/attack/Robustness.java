package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Proportion;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.network.onnx.ModelHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Accuracy under attack: clean, and under several attacks in several budgets, with intervals, R&amp;G scores, costs and warnings.
 *
 * <p>Items wrong from the start count as wrong and are not attacked. The accuracy under an attack is an upper bound of the robust
 * accuracy, never a proof; so the worst case over all attacks is given beside each. Data are read in parts; memory does not grow with
 * them. Immutable and thread-safe; the network stays the caller's.
 *
 * <p>Costs a forward pass for each item, and for those answered right what the attacks cost: FGSM one gradient and one pass for each
 * budget and one more, whatever their number; all others start anew in each budget.
 */
public final class Robustness {
    /** What is run where nothing is said. */
    public static final List<String> DEFAULT_ATTACKS = List.of("fgsm", "pgd", "apgd-ce");

    /** Common budgets for images in [0, 1] and their neighbours. */
    private static final double[] DEFAULT_SHARES = {0.25, 0.5, 1, 2};

    /** Parts are the same with any number of workers, so that results are. */
    private static final int MOST_ROWS = 64;

    /** Tells how far a table is. */
    @FunctionalInterface
    public interface Progress {
        /** Called on the calling thread after each round of parts. */
        void done(int items, int of);
    }

    private record Options(
            List<String> attacks,
            List<Budget> budgets,
            AttackSettings settings,
            boolean monotone,
            int diagnosed,
            double level) {}

    private final Network network;
    private final Box box;
    private final Options options;

    private Robustness(Network network, Box box, Options options) {
        this.network = network;
        this.box = box;
        this.options = options;
    }

    /**
     * The default attacks in the Linf ball at a quarter, half, once and twice the {@linkplain Attacks#commonEpsilon common budget}.
     *
     * @param box valid inputs, and the unit of budgets
     */
    public static Robustness of(Network network, Box box) {
        Options options =
                new Options(DEFAULT_ATTACKS, List.of(), AttackSettings.of(1), false, 50, Interval.DEFAULT_LEVEL);
        return new Robustness(network, box, options).withEpsilons(Ball.LINF, defaultEpsilons(Ball.LINF));
    }

    /** A quarter, half, once and twice the common budget. */
    public static double[] defaultEpsilons(Ball ball) {
        return DoubleStream.of(DEFAULT_SHARES)
                .map(s -> s * Attacks.commonEpsilon(ball))
                .toArray();
    }

    /**
     * Other attacks, each once, as {@link Attacks} names them.
     *
     * @throws QualmException if there is none of a name, or one twice
     */
    public Robustness withAttacks(String... names) {
        List<String> list = List.of(names);
        list.forEach(Attacks::entry);
        if (list.isEmpty() || new HashSet<>(list).size() < list.size()) {
            throw new QualmException("Expected at least one attack and none twice, but found " + list);
        }
        Options o = options;
        return with(new Options(list, o.budgets, o.settings, o.monotone, o.diagnosed, o.level));
    }

    /**
     * The budgets of one norm in place of all others.
     *
     * @param epsilons positive, in the unit of the box; sorted, each once
     */
    public Robustness withEpsilons(Ball ball, double... epsilons) {
        return withBudgets(
                DoubleStream.of(epsilons).mapToObj(e -> new Budget(ball, e)).toList());
    }

    /** Budgets of any norms; sorted, each once. */
    public Robustness withBudgets(List<Budget> budgets) {
        if (budgets.isEmpty()) {
            throw new QualmException("Expected at least one budget, but found none");
        }
        List<Budget> sorted = budgets.stream()
                .distinct()
                .sorted(Comparator.comparing(Budget::ball).thenComparing(Budget::epsilon))
                .toList();
        Options o = options;
        return with(new Options(o.attacks, sorted, o.settings, o.monotone, o.diagnosed, o.level));
    }

    /** Steps, restarts, queries and the seed. */
    public Robustness withSettings(AttackSettings settings) {
        Options o = options;
        return with(new Options(o.attacks, o.budgets, settings, o.monotone, o.diagnosed, o.level));
    }

    /**
     * Whether what an attack broke in a smaller ball counts as broken in the larger ones of the same norm, which hold the same point, and is not
     * attacked again. Faster and at least as strong, but it hides attacks that get weaker in larger balls. False by default.
     */
    public Robustness withMonotone(boolean monotone) {
        Options o = options;
        return with(new Options(o.attacks, o.budgets, o.settings, monotone, o.diagnosed, o.level));
    }

    /**
     * On how many of the first items {@link AttackDiagnostics} are run, for about 630 passes each; 50 by default, 0 for none. The
     * budget is the one that the table leaves nearest to half of its clean accuracy; only boxes with bounds, linf and l2.
     */
    public Robustness withDiagnostics(int items) {
        if (items < 0) {
            throw new QualmException("Expected a number of items to diagnose of at least 0, but found " + items);
        }
        Options o = options;
        return with(new Options(o.attacks, o.budgets, o.settings, o.monotone, items, o.level));
    }

    /** Nominal coverage of the intervals, 0.95 by default. */
    public Robustness withLevel(double level) {
        Options o = options;
        return with(new Options(o.attacks, o.budgets, o.settings, o.monotone, o.diagnosed, level));
    }

    private Robustness with(Options changed) {
        return new Robustness(network, box, changed);
    }

    /**
     * The table of a batch.
     *
     * @param inputs valid ones, {@code [n, ...]}
     * @param labels true classes, {@code [n]}
     */
    public RobustnessResult measure(Array inputs, int[] labels) {
        LossSweep.requireLabels(inputs, labels);
        return measure(Dataset.of(inputs, Layout.NCHW, labels), Workers.caller(), (done, of) -> {});
    }

    /**
     * The table of a data set.
     *
     * @param data labelled items as the network takes them
     * @param workers over which parts are spread; the result is the same bit for bit
     * @throws QualmException if there are no labels, or no item can be read
     */
    public RobustnessResult measure(Dataset data, Workers workers, Progress progress) {
        int[] labels = data.labels();
        RobustnessRun run =
                new RobustnessRun(network, box, options.attacks, options.budgets, options.settings, options.monotone);
        Array sample = first(data, 1).inputs();
        Array many = sample.select(new int[Math.min(MOST_ROWS, data.size())]);
        int rows = Math.min(MOST_ROWS, network.microBatch(Map.of(network.input().name(), many)));
        int parts = (data.size() + rows - 1) / rows;
        RobustnessSums sums = new RobustnessSums(options.attacks.size(), options.budgets);
        for (int from = 0; from < parts; from += workers.threads()) {
            int begin = from;
            List<RobustnessSums> found = workers.map(Math.min(workers.threads(), parts - from), i -> {
                int at = (begin + i) * rows;
                return run.run(data, labels, at, Math.min(data.size(), at + rows));
            });
            found.forEach(sums::add);
            progress.done(Math.min(data.size(), (from + found.size()) * rows), data.size());
        }
        return result(data, sums, rows);
    }

    /** The first items that can be read. */
    private static Some first(Dataset data, int most) {
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < data.size() && kept.size() < most; i++) {
            if (data.read(i, i + 1).complete()) {
                kept.add(i);
            }
        }
        if (kept.isEmpty()) {
            throw new QualmException("Expected at least one item to attack, but none of " + data + " can be read");
        }
        int[] rows = kept.stream().mapToInt(Integer::intValue).toArray();
        Batch batch = data.read(rows);
        int[] all = data.labels();
        return new Some(batch.inputs(), IntStream.of(rows).map(i -> all[i]).toArray());
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Some(Array inputs, int[] labels) {}

    private RobustnessResult result(Dataset data, RobustnessSums sums, int rows) {
        Proportion clean = new Proportion(sums.right, sums.items);
        List<RobustnessCell> cells = new ArrayList<>();
        int count = options.attacks.size();
        for (int a = 0; a < count + (count > 1 ? 1 : 0); a++) {
            for (int b = 0; b < options.budgets.size(); b++) {
                cells.add(new RobustnessCell(
                        a < count ? options.attacks.get(a) : RobustnessResult.ALL,
                        options.budgets.get(b),
                        new Proportion(sums.held[a][b], sums.items),
                        options.level,
                        sums.attacked[a][b],
                        sums.broken[a][b],
                        sums.doubtful[a][b],
                        sums.meanNorm(a, b),
                        sums.maxNorm(a, b),
                        sums.passes[a][b]));
            }
        }
        Budget diagnosed = diagnosed(sums);
        AttackDiagnostics signs = null;
        if (diagnosed != null) {
            Some some = first(data, options.diagnosed);
            signs = AttackDiagnostics.of(
                    network, some.inputs(), some.labels(), diagnosed, box, options.settings.seed());
        }
        RobustnessResult bare = new RobustnessResult(
                clean,
                options.level,
                sums.unreadable,
                sums.nonFinite,
                sums.outside,
                options.attacks,
                options.budgets,
                cells,
                signs,
                diagnosed,
                List.of(),
                provenance(data, rows));
        return new RobustnessResult(
                clean,
                options.level,
                sums.unreadable,
                sums.nonFinite,
                sums.outside,
                options.attacks,
                options.budgets,
                cells,
                signs,
                diagnosed,
                RobustnessWarnings.of(bare),
                bare.provenance());
    }

    /** Where rates are neither 0 nor 1, so that they can be compared. */
    private @Nullable Budget diagnosed(RobustnessSums sums) {
        boolean bounded = Arrays.stream(box.low()).allMatch(Double::isFinite)
                && Arrays.stream(box.high()).allMatch(Double::isFinite);
        if (options.diagnosed == 0 || !bounded || sums.right == 0) {
            return null;
        }
        long[] worst = sums.held[options.attacks.size()];
        Budget best = null;
        double nearest = Double.POSITIVE_INFINITY;
        for (int b = 0; b < worst.length; b++) {
            double off = Math.abs(worst[b] - sums.right / 2.0);
            if (options.budgets.get(b).ball() != Ball.L1 && off < nearest) {
                nearest = off;
                best = options.budgets.get(b);
            }
        }
        return best;
    }

    private Provenance provenance(Dataset data, int rows) {
        Provenance p = Provenance.of("robustness table")
                .with("model", "sha256:" + ModelHash.of(network.graph()))
                .with("precision", network.precision())
                .with("data", data)
                .with("valid inputs", Arrays.toString(box.low()) + " to " + Arrays.toString(box.high()))
                .with("unit", Arrays.toString(box.unit()))
                .with("monotone", options.monotone)
                .with("seed", options.settings.seed())
                .with("micro-batch", rows);
        Budget first = options.budgets.get(0);
        for (String name : options.attacks) {
            p = p.with(
                    name,
                    options.settings
                            .attack(name, first.ball(), first.epsilon(), box)
                            .provenance());
        }
        return p;
    }
}

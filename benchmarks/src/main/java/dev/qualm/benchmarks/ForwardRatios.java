package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Sweep;
import dev.qualm.network.Tape;
import dev.qualm.network.Workers;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Forward and gradient times as ratios to ONNX Runtime's, or to Qualm's own forward time, in one run; prints a Markdown table.
 *
 * <p>Arguments: a pattern that the rows' names must contain; the seconds to spend on each row; {@code cpu} to measure the thread's
 * processor time instead of wall time in rows of one thread, on a machine that others use too.
 */
public final class ForwardRatios {
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    private final Pattern rows;
    private final double seconds;
    private final LongSupplier oneThread;
    private final Workers two = Workers.of(2);
    private final Workers all = Workers.ofAllProcessors();

    private ForwardRatios(Pattern rows, double seconds, boolean cpu) {
        this.rows = rows;
        this.seconds = seconds;
        this.oneThread = cpu ? Contest.threadClock() : System::nanoTime;
    }

    public static void main(String[] args) {
        List<String> given = Arrays.asList(args);
        Pattern rows = Pattern.compile(given.isEmpty() ? "" : given.get(0));
        double seconds = given.size() > 1 ? Double.parseDouble(given.get(1)) : 6;
        ForwardRatios table = new ForwardRatios(rows, seconds, given.contains("cpu"));
        System.out.printf(
                Locale.ROOT,
                "Ratio: median over interleaved repetitions [quartiles]; best: ratio of the shortest times; %d processors, Java %s%n%n",
                CORES,
                Runtime.version().feature());
        System.out.println("| row | ms | against | ms | ratio | best | bar | |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        table.network("ResNet-20", ResNet20.graph(1));
        table.network("MobileNet", MobileNet.graph(1));
    }

    private void network(String name, Graph graph) {
        try (Network network = Network.of(graph, Precision.FLOAT32);
                OrtModel one = new OrtModel(graph, 1, false);
                OrtModel sleeping = new OrtModel(graph, CORES, false);
                OrtModel spinning = new OrtModel(graph, CORES, true)) {
            expectSame(network, one);
            for (int n : new int[] {1, 32, 128}) {
                Array batch = Images.normal(n);
                againstOrt(
                        name + ", batch " + n + ", 1 thread",
                        n == 1 ? 2.5 : 1.25,
                        new Contest(oneThread, seconds)
                                .add("Qualm", () -> network.logits(batch))
                                .add("ORT", () -> one.logits(batch)));
            }
            for (int n : new int[] {32, 128}) {
                Array batch = Images.normal(n);
                againstOrt(
                        name + ", batch " + n + ", all cores",
                        1.2,
                        new Contest(System::nanoTime, seconds)
                                .add("Qualm", () -> logits(network, batch, all))
                                .add("ORT", () -> sleeping.logits(batch))
                                .add("ORT, spinning", () -> spinning.logits(batch)));
            }
            for (int n : new int[] {32, 128}) {
                Array batch = Images.normal(n);
                row(
                        name + ", batch " + n + ", forward + input gradient",
                        2.1,
                        new Contest(oneThread, seconds)
                                .add("gradient", () -> gradients(network, batch, Workers.caller()))
                                .add("forward", () -> network.logits(batch)),
                        "gradient",
                        "forward");
                row(
                        name + ", batch " + n + ", forward + input gradient, recorded",
                        2.1,
                        new Contest(oneThread, seconds)
                                .add("gradient", () -> record(network, batch, true))
                                .add("forward recorded", () -> record(network, batch, false)),
                        "gradient",
                        "forward recorded");
            }
            Array batch = Images.normal(128);
            row(
                    name + ", batch 128, forward, 2 threads",
                    1 / 1.7,
                    new Contest(System::nanoTime, seconds)
                            .add("2 threads", () -> logits(network, batch, two))
                            .add("1 thread", () -> network.logits(batch)),
                    "2 threads",
                    "1 thread");
            row(
                    name + ", batch 128, forward + input gradient, 2 threads",
                    1 / 1.7,
                    new Contest(System::nanoTime, seconds)
                            .add("2 threads", () -> gradients(network, batch, two))
                            .add("1 thread", () -> gradients(network, batch, Workers.caller())),
                    "2 threads",
                    "1 thread");
        }
    }

    private static Array logits(Network network, Array batch, Workers workers) {
        return network.logits(Map.of(network.input().name(), batch), workers);
    }

    /** Gradient of the sum of the logits with respect to every image, micro-batch by micro-batch. */
    private static Array gradients(Network network, Array batch, Workers workers) {
        return Array.concat(parts(network, batch, workers, part -> {
            try (Sweep sweep = Sweep.of(network, part)) {
                return sweep.gradient(Images.ones(part.dim(0)));
            }
        }));
    }

    /** The same by the engine's own recording, which also serves weights, taps and second order. */
    private static List<Array> record(Network network, Array batch, boolean backward) {
        String input = network.input().name();
        return parts(network, batch, Workers.caller(), part -> {
            try (Tape tape = Tape.record(network, part, Recording.ofInput(network))) {
                return backward
                        ? tape.gradient(Images.ones(part.dim(0)), input)
                        : tape.array(network.structure().logits());
            }
        });
    }

    private static List<Array> parts(Network network, Array batch, Workers workers, UnaryOperator<Array> work) {
        int rows = network.microBatch(Map.of(network.input().name(), batch));
        int n = batch.dim(0);
        return workers.map((n + rows - 1) / rows, i -> work.apply(batch.slice(i * rows, Math.min(n, (i + 1) * rows))));
    }

    /** Against the faster of ONNX Runtime's ways to wait for work. */
    private void againstOrt(String name, double bar, Contest contest) {
        if (rows.matcher(name).find()) {
            contest.run();
            String faster = contest.names().stream()
                    .filter(c -> c.startsWith("ORT"))
                    .min((a, b) -> Double.compare(contest.millis(a), contest.millis(b)))
                    .orElseThrow();
            print(name, bar, contest, "Qualm", faster);
        }
    }

    private void row(String name, double bar, Contest contest, String of, String to) {
        if (rows.matcher(name).find()) {
            print(name, bar, contest.run(), of, to);
        }
    }

    private static void print(String name, double bar, Contest c, String of, String to) {
        double ratio = c.ratio(of, to, 0.5);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.2f | %s | %.2f | **%.2f** [%.2f, %.2f] of %d | %.2f | <= %.2f | %s |%n",
                name,
                c.millis(of),
                to,
                c.millis(to),
                ratio,
                c.ratio(of, to, 0.25),
                c.ratio(of, to, 0.75),
                c.rounds(),
                c.best(of) / c.best(to),
                bar,
                ratio <= bar ? "met" : "MISSED");
    }

    private static void expectSame(Network network, OrtModel ort) {
        Array batch = Images.normal(8);
        Array ours = network.logits(batch);
        Array theirs = ort.logits(batch);
        double scale = Arrays.stream(theirs.toDoubles()).map(Math::abs).max().orElse(1);
        for (int i = 0; i < ours.size(); i++) {
            if (!(Math.abs(ours.get(i) - theirs.get(i)) <= 1e-4 * scale)) {
                throw new IllegalStateException("Logit " + i + ": Qualm computes " + ours.get(i) + ", ONNX Runtime "
                        + theirs.get(i) + "; times of different results mean nothing");
            }
        }
    }
}

package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.Precision;
import dev.qualm.training.Architectures;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Error of cosine similarity maps estimated from random directions, against the exact maps of the same inputs, and the time of both;
 * prints a Markdown table. Untrained seeded networks, 3x32x32 standard normal inputs; processor time of one thread.
 */
/*
 * All entries of one estimate share its directions, so their errors go together; several sets of directions are drawn.
 */
public final class ProjectionError {
    private static final int[] CLASSES = {10, 100, 1000};
    private static final int[] PROJECTIONS = {16, 64, 256};
    private static final CosineSimilarityMaps METHOD =
            CosineSimilarityMaps.defaults().withSign(false);

    private final Array batch;
    private final Network network;
    private final int classes;
    private final int seeds;
    private final LongSupplier clock = Contest.threadClock();

    private ProjectionError(Network network, Array batch, int classes, int seeds) {
        this.network = network;
        this.batch = batch;
        this.classes = classes;
        this.seeds = seeds;
    }

    public static void main(String[] args) {
        Engine.load();
        System.out.println("| classes | inputs | sets of directions | projections | mean abs. error | stated s.e. |"
                + " within 1 s.e. | within 2 s.e. (worst set) | bias | estimate, s per input | exact, s per input |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        for (int classes : CLASSES) {
            int inputs = classes > 100 ? 2 : 8;
            try (Network network = Network.of(Architectures.smallCnn(3, 32, 32, classes, 1), Precision.FLOAT32)) {
                new ProjectionError(network, Images.normal(inputs), classes, classes > 100 ? 5 : 20).rows();
            }
        }
    }

    private void rows() {
        METHOD.of(network, batch); // the first sweep prepares the network
        METHOD.estimate(network, feeds(batch), 16, 0);
        long start = clock.getAsLong();
        double[][][] exact = METHOD.of(network, batch).maps();
        double exactSeconds = seconds(start);
        for (int projections : PROJECTIONS) {
            row(projections, exact, exactSeconds);
        }
    }

    private void row(int projections, double[][][] exact, double exactSeconds) {
        double gap = 0;
        double stated = 0;
        double bias = 0;
        long pairs = 0;
        long withinOne = 0;
        long withinTwo = 0;
        double worst = 1;
        double time = 0;
        for (int seed = 1; seed <= seeds; seed++) {
            long start = clock.getAsLong();
            CosineSimilarityMaps.Estimate e = METHOD.estimate(network, feeds(batch), projections, seed);
            time += seconds(start);
            long before = withinTwo;
            long first = pairs;
            for (int i = 0; i < exact.length; i++) {
                for (int a = 0; a < classes; a++) {
                    for (int b = 0; b < a; b++) {
                        double difference = e.maps()[i][a][b] - exact[i][a][b];
                        double error = e.standardErrors()[i][a][b];
                        gap += Math.abs(difference);
                        bias += difference;
                        stated += error;
                        withinOne += Math.abs(difference) <= error ? 1 : 0;
                        withinTwo += Math.abs(difference) <= 2 * error ? 1 : 0;
                        pairs++;
                    }
                }
            }
            worst = Math.min(worst, (double) (withinTwo - before) / (pairs - first));
        }
        System.out.printf(
                Locale.ROOT,
                "| %d | %d | %d | %d | %.4f | %.4f | %.1f %% | %.1f %% (%.1f %%) | %+.4f | %.3f | %.3f |%n",
                classes,
                exact.length,
                seeds,
                projections,
                gap / pairs,
                stated / pairs,
                100.0 * withinOne / pairs,
                100.0 * withinTwo / pairs,
                100 * worst,
                bias / pairs,
                time / seeds,
                exactSeconds);
    }

    private double seconds(long start) {
        return (clock.getAsLong() - start) / 1e9 / batch.dim(0);
    }

    private Map<String, Array> feeds(Array inputs) {
        return Map.of(network.input().name(), inputs);
    }
}

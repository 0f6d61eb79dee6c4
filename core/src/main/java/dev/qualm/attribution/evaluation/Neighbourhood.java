package dev.qualm.attribution.evaluation;

import dev.qualm.Status;
import dev.qualm.attribution.MapFunction;
import org.jspecify.annotations.Nullable;

/**
 * Random inputs near an input, for the robustness methods. Noise is not clipped to the range of valid inputs. Random
 * neighbours are no adversary: what is found over them is a lower bound of the worst case.
 *
 * @param samples neighbours per input, at least 1
 * @param kind distribution of the noise on each entry
 * @param size in units of the network's input: half width of the uniform, standard deviation of the normal
 */
public record Neighbourhood(int samples, Kind kind, double size) {
    /** Distribution of the noise on each entry. */
    public enum Kind {
        /** Uniform in [-size, size]: the L-infinity ball. */
        UNIFORM,
        /** Normal. */
        GAUSSIAN
    }

    /** Receives one neighbour of an input. */
    interface Visitor {
        void visit(int image, int sample, Subject.Seen seen);
    }

    public Neighbourhood {
        if (samples < 1 || !(size > 0) || Double.isInfinite(size)) {
            throw new EvaluationException(
                    "Expected at least 1 sample and a positive size, but found " + samples + " and " + size);
        }
    }

    public static Neighbourhood uniform(int samples, double radius) {
        return new Neighbourhood(samples, Kind.UNIFORM, radius);
    }

    public static Neighbourhood gaussian(int samples, double deviation) {
        return new Neighbourhood(samples, Kind.GAUSSIAN, deviation);
    }

    /**
     * Maps and outputs of all neighbours of all inputs; the class explained stays that of the clean input. Inputs of
     * which a neighbour's map is not finite are marked.
     *
     * @return whether a neighbour's prediction differs from the clean one, {@code [n][samples]}
     */
    boolean[][] walk(Subject s, MapFunction function, @Nullable String tensor, long seed, Visitor visitor) {
        int[] alive = s.alive();
        boolean[][] flipped = new boolean[s.n()][samples];
        s.runMaps(
                function,
                Math.multiplyExact(alive.length, samples),
                r -> alive[r / samples],
                (r, into, at) -> {
                    double[] x = s.row(alive[r / samples]);
                    Draws draws = s.draws(seed, alive[r / samples], r % samples);
                    for (int e = 0; e < x.length; e++) {
                        into[at + e] =
                                x[e] + size * (kind == Kind.UNIFORM ? 2 * draws.uniform() - 1 : draws.gaussian());
                    }
                },
                Subject.Also.LOGITS,
                tensor,
                (r, seen) -> {
                    int i = alive[r / samples];
                    flipped[i][r % samples] = Subject.argmax(seen.logits()) != Subject.argmax(s.logits[i]);
                    for (double v : seen.map()) {
                        if (!Double.isFinite(v)) {
                            s.fail(i, Status.undefined("the map of a neighbour is not finite"));
                        }
                    }
                    visitor.visit(i, r % samples, seen);
                });
        return flipped;
    }
}

package dev.qualm.attack;

import dev.qualm.QualmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/** The norm a budget is stated in. Lengths are in the unit of the {@link Box}. */
public enum Ball {
    /** No entry moves by more than epsilon. */
    LINF,
    /** The whole input moves by at most epsilon, in Euclidean length. */
    L2,
    /** The absolute changes of all entries add up to at most epsilon. */
    L1;

    /** {@code linf}, {@code l2} or {@code l1}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The norm of that name.
     *
     * @throws QualmException naming the known ones
     */
    public static Ball parse(String text) {
        for (Ball ball : values()) {
            if (ball.text().equalsIgnoreCase(text)) {
                return ball;
            }
        }
        throw new QualmException("Expected one of the norms linf, l2 and l1, but found '" + text + "'");
    }

    /** The norm of a change in this sense. */
    public double of(Norms norms) {
        return switch (this) {
            case LINF -> norms.linf();
            case L2 -> norms.l2();
            case L1 -> norms.l1();
        };
    }

    /** A change drawn uniformly from the unit ball. */
    public double[] draw(Random random, int width) {
        double[] d = new double[width];
        double sum = 0;
        for (int j = 0; j < width; j++) {
            d[j] = switch (this) {
                case LINF -> 2 * random.nextDouble() - 1;
                case L2 -> random.nextGaussian();
                case L1 -> -Math.log(1 - random.nextDouble()) * (random.nextBoolean() ? 1 : -1);
            };
            sum += this == L2 ? d[j] * d[j] : Math.abs(d[j]);
        }
        double factor = switch (this) {
            case LINF -> 1;
            case L2 -> Math.pow(random.nextDouble(), 1.0 / width) / Math.sqrt(sum);
            // Shares of exponential draws, one of them left over, are uniform in the simplex.
            case L1 -> 1 / (sum - Math.log(1 - random.nextDouble()));
        };
        for (int j = 0; j < width; j++) {
            d[j] *= factor;
        }
        return d;
    }

    /**
     * Moves a row to the nearest point of the ball around the original.
     *
     * @param at where the row starts, in both arrays
     */
    public void project(double[] original, double[] x, int at, double epsilon, Box bounds) {
        double[] unit = bounds.unit();
        int width = unit.length;
        if (this == LINF) {
            for (int j = 0; j < width; j++) {
                double by = (x[at + j] - original[at + j]) / unit[j];
                if (Math.abs(by) > epsilon) {
                    x[at + j] = original[at + j] + Math.copySign(epsilon, by) * unit[j];
                }
            }
            return;
        }
        double[] d = new double[width];
        double square = 0;
        double sum = 0;
        for (int j = 0; j < width; j++) {
            d[j] = (x[at + j] - original[at + j]) / unit[j];
            square += d[j] * d[j];
            sum += Math.abs(d[j]);
        }
        double length = Math.sqrt(square);
        double threshold = this == L1 && sum > epsilon ? threshold(d, epsilon) : 0;
        for (int j = 0; j < width; j++) {
            int k = at + j;
            if (this == L2 && length > epsilon) {
                x[k] = original[k] + (x[k] - original[k]) * (epsilon / length);
            } else if (this == L1 && sum > epsilon) {
                double size = Math.max(0, Math.abs(d[j]) - threshold);
                x[k] = original[k] + Math.copySign(size, d[j]) * unit[j];
            }
        }
    }

    /* What every entry loses on the way to the L1 ball (Duchi, Shalev-Shwartz, Singer, Chandra, ICML 2008, figure 1). */
    private static double threshold(double[] d, double epsilon) {
        double[] sizes = Arrays.stream(d).map(Math::abs).sorted().toArray();
        double sum = 0;
        double threshold = 0;
        for (int count = 1; count <= sizes.length; count++) {
            double size = sizes[sizes.length - count];
            sum += size;
            if (size <= (sum - epsilon) / count) {
                break;
            }
            threshold = (sum - epsilon) / count;
        }
        return threshold;
    }
}

package dev.qualm.sustainability;

/** Count, mean and spread of numbers that pass by once, in double (Welford 1962; merged as Chan, Golub, LeVeque 1983). */
final class Moments {
    private long count;
    private double mean;
    private double squares;

    /** Of numbers that were summed up before. */
    static Moments of(long count, double mean, double squares) {
        Moments m = new Moments();
        m.count = count;
        m.mean = mean;
        m.squares = squares;
        return m;
    }

    void add(double x) {
        count++;
        double gap = x - mean;
        mean += gap / count;
        squares += gap * (x - mean);
    }

    /** Takes over the numbers of another. */
    void add(Moments other) {
        if (other.count == 0) {
            return;
        }
        long all = count + other.count;
        double gap = other.mean - mean;
        squares += other.squares + gap * gap * ((double) count * other.count / all);
        mean += gap * other.count / all;
        count = all;
    }

    long count() {
        return count;
    }

    /** NaN for none. */
    double mean() {
        return count == 0 ? Double.NaN : mean;
    }

    /** Sum of squared distances from the mean. */
    double squares() {
        return squares;
    }

    /** Divided by n - 1; NaN for fewer than two. */
    double std() {
        return count < 2 ? Double.NaN : Math.sqrt(squares / (count - 1));
    }
}

package dev.qualm.manipulation;

/** How the learning rate changes over an attack. */
public enum Schedule {
    /** The same all along. */
    CONSTANT,
    /** Half a cosine from 1 down towards 0. */
    COSINE;

    /**
     * Factor of the learning rate.
     *
     * @param step from 0
     * @param steps planned in all
     * @return in (0, 1]
     */
    public double factor(int step, int steps) {
        return this == CONSTANT ? 1 : (1 + Math.cos(Math.PI * step / steps)) / 2;
    }
}

package dev.qualm.training;

import java.util.Random;

/** {@link Random} that can be brought to where another one of the same seed was. */
/*
 * Random's algorithm is part of its specification, and its methods draw by next(int): counting those calls is knowing its state. Only
 * nextGaussian keeps a number besides; do not use it here.
 */
final class Draws extends Random {
    private static final long serialVersionUID = 1;

    private long count;

    Draws(long seed) {
        super(seed);
    }

    @Override
    protected int next(int bits) {
        count++;
        return super.next(bits);
    }

    /** How many numbers were drawn. */
    long count() {
        return count;
    }

    /** Draws until so many were drawn. */
    void skipTo(long wanted) {
        while (count < wanted) {
            next(32);
        }
    }
}

package dev.qualm.mutation;

import java.util.Random;

/** {@link Random} for one thread: the same numbers, as its specification gives the algorithm, without its atomic updates. */
final class PlainRandom extends Random {
    private static final long serialVersionUID = 1L;
    private static final long MULTIPLIER = 0x5DEECE66DL;
    private static final long MASK = (1L << 48) - 1;

    private long state;

    PlainRandom(long seed) {
        super(seed);
        state = (seed ^ MULTIPLIER) & MASK;
    }

    @Override
    protected int next(int bits) {
        state = (state * MULTIPLIER + 0xBL) & MASK;
        return (int) (state >>> (48 - bits));
    }
}

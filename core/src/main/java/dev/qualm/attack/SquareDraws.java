package dev.qualm.attack;

import java.util.Random;

/** The random draws of a {@link Square} attack, so that recorded ones can be replayed. */
interface SquareDraws {
    /** A number of at least 0 and below the bound, for row i. */
    int below(int i, int bound);

    /** 1 or -1, for row i. */
    int sign(int i);

    /** Draws from the seed and the input. */
    static SquareDraws random(Square attack, Trail trail) {
        Random[] randoms = new Random[trail.rows];
        for (int i = 0; i < trail.rows; i++) {
            randoms[i] = Seeds.of(attack.seed(), trail.original, i * trail.width, trail.width);
        }
        return new SquareDraws() {
            @Override
            public int below(int i, int bound) {
                return randoms[i].nextInt(bound);
            }

            @Override
            public int sign(int i) {
                return randoms[i].nextBoolean() ? 1 : -1;
            }
        };
    }
}

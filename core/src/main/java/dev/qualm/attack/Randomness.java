package dev.qualm.attack;

import dev.qualm.array.Array;
import dev.qualm.network.Network;

/** What a randomised classifier does with an input before, or in the place of, its network. */
public interface Randomness {
    /**
     * One draw of what happens to inputs.
     *
     * @param network the network that was given to the attack
     * @param seed of the draw; equal seeds give equal draws
     */
    Draw draw(Network network, long seed);

    /** A fixed network after a fixed transformation. */
    interface Draw {
        /** The network that answers in this draw. Belongs to whoever made the draw. */
        Network network();

        /**
         * What the network is given.
         *
         * @param batch {@code [n, ...]}
         */
        Array apply(Array batch);

        /**
         * The gradient by the inputs from that by what the network is given: the transposed Jacobian of {@link #apply} times it.
         *
         * @param gradient of the shape that {@code apply} returned
         * @param batch what was transformed
         */
        Array pullBack(Array gradient, Array batch);
    }
}

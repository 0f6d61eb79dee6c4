package dev.qualm.attack;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.List;
import java.util.Random;

/** Randomised classifiers. */
public final class Randomnesses {
    private Randomnesses() {}

    /**
     * Normal noise on every input, as randomised smoothing adds.
     *
     * @param sigma standard deviation in units of the network's input, at least 0
     */
    public static Randomness gaussian(double sigma) {
        if (!(sigma >= 0) || Double.isInfinite(sigma)) {
            throw new QualmException("Expected a standard deviation of at least 0, but found " + sigma);
        }
        return (network, seed) -> new Fixed(network) {
            @Override
            public Array apply(Array batch) {
                double[] x = batch.toDoubles().clone();
                int width = batch.dim(0) == 0 ? 0 : x.length / batch.dim(0);
                Random random = new Random(Seeds.mixed(seed));
                double[] noise = new double[width];
                for (int j = 0; j < width; j++) {
                    noise[j] = sigma * random.nextGaussian();
                }
                // The same for all rows, so that company changes nothing.
                for (int k = 0; k < x.length; k++) {
                    x[k] += noise[k % width];
                }
                return Array.of(x, batch.shape());
            }
        };
    }

    /**
     * One of several networks, drawn evenly: an ensemble, mutants, a moving target.
     *
     * @param networks with the same inputs and classes; remain the caller's
     */
    public static Randomness networks(List<Network> networks) {
        List<Network> all = List.copyOf(networks);
        if (all.isEmpty()) {
            throw new QualmException("Expected at least one network, but found none");
        }
        return (network, seed) -> new Fixed(all.get(new Random(Seeds.mixed(seed)).nextInt(all.size())));
    }

    /** Leaves inputs as they are. */
    private static class Fixed implements Randomness.Draw {
        private final Network network;

        Fixed(Network network) {
            this.network = network;
        }

        @Override
        public Network network() {
            return network;
        }

        @Override
        public Array apply(Array batch) {
            return batch;
        }

        @Override
        public Array pullBack(Array gradient, Array batch) {
            return gradient;
        }
    }
}

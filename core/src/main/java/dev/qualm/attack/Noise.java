package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.Locale;

/**
 * A change of inputs that needs no network: noise, or what cameras do. The control for attacks: an attack that does no more harm than
 * noise of its size says nothing.
 *
 * @param kind which
 * @param strength how much, in the kind's own measure; 0 changes nothing
 * @param box valid inputs, to which results are clipped; strengths in input units are in its unit
 * @param seed of random draws, which belong to the inputs
 */
public record Noise(Kind kind, double strength, Box box, long seed) {
    /** What is done, and what its strength means. */
    public enum Kind {
        /** Independent normal noise; standard deviation in input units. */
        GAUSSIAN(Double.POSITIVE_INFINITY),
        /** Independent uniform noise; largest change in input units. */
        UNIFORM(Double.POSITIVE_INFINITY),
        /** Pixels set to the largest valid value, all channels alike; probability of each. */
        SALT(1),
        /** Pixels set to the smallest valid value; probability of each. */
        PEPPER(1),
        /** Pixels set to the one or the other, by a fair coin; probability of each. */
        SALT_AND_PEPPER(1),
        /** Normal noise times the distance of the value from the lower bound; standard deviation of the factor. */
        SPECKLE(Double.POSITIVE_INFINITY),
        /** Gaussian blur of images, edges continued; standard deviation in pixels. */
        BLUR(1000),
        /** Rotation of images about their centre, counter-clockwise, the lower bound outside; degrees. */
        ROTATION(360),
        /** Distance from the image's mean shrunk in each channel; share that is lost, 1 leaves a grey image. */
        CONTRAST(1),
        /** JPEG compression of images of 1 or 3 channels; 100 minus the quality, so 0 is the best JPEG, not no change. */
        JPEG(100);

        private final double most;

        Kind(double most) {
            this.most = most;
        }

        /** Kebab-case. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Whether it only makes sense for images {@code [n, c, h, w]}. */
        public boolean needsImages() {
            return this == BLUR || this == ROTATION || this == CONTRAST || this == JPEG;
        }

        /** Whether it puts the ends of the valid range in place of values, or measures from them. */
        boolean needsBounds() {
            return this != GAUSSIAN && this != UNIFORM && this != BLUR && this != CONTRAST;
        }

        /**
         * The kind of that name.
         *
         * @throws QualmException naming all
         */
        public static Kind parse(String text) {
            for (Kind kind : values()) {
                if (kind.text().equals(text)) {
                    return kind;
                }
            }
            throw new QualmException("Expected a noise among " + Noises.names() + ", but found '" + text + "'");
        }
    }

    public Noise {
        boolean signed = kind == Kind.ROTATION;
        if (!((signed ? Math.abs(strength) : strength) >= 0)
                || Math.abs(strength) > kind.most
                || Double.isInfinite(strength)) {
            throw new QualmException("Expected a strength of " + kind.text() + " from " + (signed ? -kind.most : 0)
                    + " to " + kind.most + ", but found " + strength);
        }
        for (int c = 0; kind.needsBounds() && c < box.low().length; c++) {
            if (Double.isInfinite(box.low()[c]) || Double.isInfinite(box.high()[c])) {
                throw new QualmException(
                        "Noise " + kind.text() + " needs to know the smallest and the largest valid value:"
                                + " expected finite bounds, but found " + box.low()[c] + " to " + box.high()[c]);
            }
        }
    }

    /**
     * The changed inputs.
     *
     * @param batch {@code [n, ...]}; images {@code [n, c, h, w]} where the kind needs them
     * @return of the same shape; FLOAT64 if the batch is, else FLOAT32
     */
    public Array apply(Array batch) {
        return Noises.apply(this, batch);
    }

    /**
     * The changed inputs, and what a network makes of them, as an attack that looks for nothing: success is any answer but the given
     * one. Costs one pass.
     *
     * @param batch valid inputs, {@code [n, ...]}
     * @param labels usually the true classes, {@code [n]}
     */
    public Adversarial judge(Network network, Array batch, int[] labels) {
        return judge(network, batch, Aim.away(labels));
    }

    /**
     * As {@link #judge(Network, Array, int[])}; success is the wanted answer.
     *
     * @param targets the wanted classes, {@code [n]}
     */
    public Adversarial judgeToward(Network network, Array batch, int[] targets) {
        return judge(network, batch, Aim.toward(targets));
    }

    private Adversarial judge(Network network, Array batch, Aim aim) {
        Provenance made = Provenance.of("noise")
                .with("kind", kind.text())
                .with("strength", strength)
                .with("seed", seed);
        return AttackBatches.run(network, batch, aim, box, made, (trail, from) -> {
            double[] x = apply(batch.slice(from, from + trail.rows)).toDoubles().clone();
            int[] all = trail.all();
            for (int i : all) {
                trail.round(x, i);
            }
            Logits after = trail.logits(x, all);
            for (int i : all) {
                if (after.isFinite(i)) {
                    trail.take(i, x, trail.aim.reached(i, after.predicted(i)), after.predicted(i), 0);
                } else {
                    trail.status[i] = Trail.nonFinite();
                }
            }
        });
    }

    @Override
    public String toString() {
        return kind.text() + ":" + strength;
    }
}

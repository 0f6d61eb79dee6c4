package dev.qualm.sustainability;

import dev.qualm.Provenance;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attack.Box;
import dev.qualm.data.Perturbations;
import java.util.Locale;
import java.util.Random;

/**
 * Seeded noise on every entry of an input, clipped to the valid inputs. An item gets the same noise whatever batch it is in.
 *
 * @param noise the kind
 * @param strength in the unit of the box, or a share of the entries from 0 to 1; see {@link Noise}
 * @param box the valid inputs, per channel (axis 1) or one for all; black is its low end. Infinite ends do not clip, but salt,
 *     pepper and speckle need finite ones
 * @param seed of all items together
 */
public record NoisePerturbation(Noise noise, double strength, Box box, long seed) implements Perturbation {
    public NoisePerturbation {
        boolean fits = strength >= 0 && Double.isFinite(strength) && (!noise.isShare() || strength <= 1);
        if (!fits) {
            throw new SustainabilityException(
                    "Expected " + (noise.isShare() ? "a share from 0 to 1" : "a finite strength")
                            + " of at least 0 for noise " + noise.label() + ", but found " + strength);
        }
        for (int c = 0; c < box.low().length; c++) {
            boolean open = Double.isInfinite(box.low()[c]) || Double.isInfinite(box.high()[c]);
            if (open && noise != Noise.GAUSSIAN && noise != Noise.UNIFORM) {
                throw new SustainabilityException("Noise " + noise.label()
                        + " needs to know black and white: expected finite bounds, but found " + box.low()[c] + " to "
                        + box.high()[c]);
            }
        }
    }

    @Override
    public String name() {
        return noise.label() + ":" + number(strength);
    }

    /** As it would be typed: {@code 0.1}, {@code 8}. */
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? String.format(Locale.ROOT, "%.0f", value)
                : Double.toString(value);
    }

    @Override
    public Array apply(Items items) {
        Array in = items.inputs();
        int n = items.size();
        double[] x = in.toDoubles();
        double[] out = new double[x.length];
        int width = n == 0 ? 0 : x.length / n;
        int channels = in.rank() > 1 ? in.dim(1) : 1;
        int bounds = box.low().length;
        if (bounds != 1 && bounds != channels) {
            throw new ShapeException("Expected bounds for 1 or " + channels + " channels, but found " + bounds);
        }
        double[] low = box.low();
        double[] high = box.high();
        double[] unit = box.unit();
        for (int i = 0; i < n; i++) {
            Random random = new Random(Perturbations.itemSeed(seed, items.rows()[i]));
            for (int j = 0; j < width; j++) {
                int c = bounds == 1 ? 0 : (int) ((long) j * channels / width);
                double black = Double.isInfinite(low[c]) ? 0 : low[c];
                double pixel = (x[i * width + j] - black) / unit[c];
                double moved = noise.apply(pixel, (high[c] - black) / unit[c], strength, random);
                // Where nothing changes, nothing is rounded.
                double value = moved == pixel ? x[i * width + j] : black + moved * unit[c];
                out[i * width + j] = Math.min(high[c], Math.max(low[c], value));
            }
        }
        Array exact = Array.of(out, in.shape());
        return in.dtype() == DType.FLOAT64 ? exact : exact.asFloat32();
    }

    @Override
    public Provenance provenance() {
        return Provenance.of(noise.label() + " noise")
                .with("strength", strength)
                .with("seed", seed);
    }
}

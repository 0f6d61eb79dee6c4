package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.network.Network;
import dev.qualm.sustainability.AttackPerturbation;
import dev.qualm.sustainability.Noise;
import dev.qualm.sustainability.NoisePerturbation;
import dev.qualm.sustainability.Perturbation;
import dev.qualm.sustainability.SustainabilityException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Perturbations as they are typed: {@code fgsm:0.1}, {@code gaussian:8/255}.
 *
 * @param kind an attack or a noise
 * @param strength in pixels, or units of the input where there are no pixels
 */
record LayerPerturbations(String kind, double strength) {
    /** What there is, for help and errors. */
    static final String KINDS = "fgsm, pgd, gaussian, uniform, speckle, salt, pepper or salt-and-pepper";

    private static final Pattern SPEC = Pattern.compile("([a-z-]+):([0-9.eE+-]+)(?:/([0-9.]+))?");

    /**
     * Reads a list.
     *
     * @throws QualmException if one is unknown or its strength is no number
     */
    static List<LayerPerturbations> parse(List<String> texts) {
        List<LayerPerturbations> out = new ArrayList<>();
        for (String text : texts) {
            Matcher m = SPEC.matcher(text.strip());
            try {
                if (m.matches()) {
                    double strength = Double.parseDouble(m.group(2));
                    strength = m.group(3) == null ? strength : strength / Double.parseDouble(m.group(3));
                    LayerPerturbations one = new LayerPerturbations(m.group(1), strength);
                    one.requireKnown();
                    out.add(one);
                    continue;
                }
            } catch (NumberFormatException | SustainabilityException e) {
                // Said below, with what was expected.
            }
            throw new QualmException("Expected perturbations such as fgsm:0.1 or gaussian:8/255, each one of " + KINDS
                    + " with a strength of at least 0 (a share of the pixels for salt and pepper), but found '" + text
                    + "'");
        }
        return out;
    }

    private void requireKnown() {
        boolean attack = kind.equals("fgsm") || kind.equals("pgd");
        if (attack && strength > 0 && Double.isFinite(strength)) {
            return;
        }
        if (attack) {
            throw new SustainabilityException("An attack needs a positive strength, but found " + strength);
        }
        new NoisePerturbation(Noise.of(kind), strength, Box.of(0, 1), 0);
    }

    Perturbation on(Network network, Box box, long seed) {
        return switch (kind) {
            case "fgsm" -> AttackPerturbation.fgsm(network, strength, box);
            case "pgd" -> AttackPerturbation.pgd(network, strength, box);
            default -> new NoisePerturbation(Noise.of(kind), strength, box, seed);
        };
    }

    /**
     * The valid inputs, and the unit of strengths.
     *
     * @param asked LOW..HIGH of the command line, or null
     * @param inputs a few items
     */
    static Bounds bounds(@Nullable String asked, InputFit fit, Array inputs) {
        boolean image = inputs.rank() == 4 && (inputs.dim(1) == 1 || inputs.dim(1) == 3);
        if (image) {
            PixelBox pixels = PixelBox.of(asked, fit, fit.stored(), inputs);
            double[] unit = new double[pixels.low().length];
            for (int c = 0; c < unit.length; c++) {
                unit[c] = pixels.high()[c] - pixels.low()[c];
            }
            return new Bounds(new Box(pixels.low(), pixels.high(), unit), "pixels of 0 to 1, " + pixels);
        }
        if (asked == null) {
            Box open = Box.of(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
            return new Bounds(open, "the unit of the model's input, without bounds");
        }
        Matcher m = Pattern.compile("(.+?)\\.\\.(.+)").matcher(asked);
        try {
            if (m.matches()) {
                double low = Double.parseDouble(m.group(1));
                double high = Double.parseDouble(m.group(2));
                if (low < high) {
                    return new Bounds(Box.of(low, high), "the unit of the model's input, from " + low + " to " + high);
                }
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new QualmException("Expected --box LOW..HIGH with a low below a high, such as -3..3, but found " + asked);
    }

    /**
     * A box and what strengths are measured in.
     *
     * @param unit in words
     */
    record Bounds(Box box, String unit) {}
}

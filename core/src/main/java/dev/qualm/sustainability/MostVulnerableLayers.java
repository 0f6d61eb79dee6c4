package dev.qualm.sustainability;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The layers that move most: those whose mean over the items exceeds the mean of all values of all layers by more than
 * {@code eta} of their standard deviations (paper, algorithm 1).
 *
 * @param perturbations that were taken together
 * @param measure what was measured
 * @param eta how many standard deviations; a layer may be far out only if there are several
 * @param mu mean of all values, over items and layers
 * @param sigma their population standard deviation
 * @param layers most vulnerable first, earlier layers first where values are equal
 */
/*
 * mu and sigma are those of the M * L single values, so sigma holds the spread over items as well as over layers. A layer is as good as its
 * mean over the items: the paper writes the rule for one sample. Linear CKA has one value per layer, over which mu and sigma are taken.
 * Several perturbations are pooled as if each were M further items. Where some items have no value at some layer, values count once each.
 */
public record MostVulnerableLayers(
        List<String> perturbations, Measure measure, double eta, double mu, double sigma, List<Vulnerable> layers) {
    /**
     * A layer above the bound.
     *
     * @param index of its tap, from 0
     * @param tap where it is
     * @param value mean over the items and perturbations
     * @param sigmas distance from mu in standard deviations; infinite if sigma is 0
     */
    public record Vulnerable(int index, Tap tap, double value, double sigmas) {}

    public MostVulnerableLayers {
        perturbations = List.copyOf(perturbations);
        layers = List.copyOf(layers);
    }

    /**
     * Finds them.
     *
     * @param perturbations names, at least one
     */
    public static MostVulnerableLayers of(
            SustainabilityResult result, Measure measure, List<String> perturbations, double eta) {
        if (!Double.isFinite(eta) || perturbations.isEmpty()) {
            throw new SustainabilityException(
                    "Expected a finite eta and the name of a perturbation, but found " + eta + " and " + perturbations);
        }
        perturbations.forEach(p -> result.of(p, measure));
        int taps = result.taps().size();
        Moments[] layers = new Moments[taps];
        Moments all = new Moments();
        for (int t = 0; t < taps; t++) {
            layers[t] = new Moments();
        }
        for (SustainabilityResult.Spread s : result.groups()) {
            LayerMovement movement = result.movements().get(s.movement());
            if (movement.measure() == measure && perturbations.contains(movement.perturbation()) && s.count() > 0) {
                Moments these = Moments.of(s.count(), s.mean(), s.squares());
                layers[result.taps().indexOf(movement.tap())].add(these);
                all.add(these);
            }
        }
        double mu = all.mean();
        double sigma = all.count() == 0 ? Double.NaN : Math.sqrt(all.squares() / all.count());
        List<Vulnerable> found = new ArrayList<>();
        for (int t = 0; t < taps; t++) {
            double value = layers[t].mean();
            if (value - mu > eta * sigma) {
                found.add(new Vulnerable(t, result.taps().get(t), value, (value - mu) / sigma));
            }
        }
        found.sort(Comparator.comparingDouble(Vulnerable::value).reversed().thenComparingInt(Vulnerable::index));
        return new MostVulnerableLayers(perturbations, measure, eta, mu, sigma, found);
    }

    /** Whether a tap is among them. */
    public boolean contains(Tap tap) {
        return layers.stream().anyMatch(v -> v.tap().equals(tap));
    }
}

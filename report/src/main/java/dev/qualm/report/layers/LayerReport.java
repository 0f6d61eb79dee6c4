package dev.qualm.report.layers;

import dev.qualm.sustainability.LayerMovement;
import dev.qualm.sustainability.Measure;
import dev.qualm.sustainability.MostVulnerableLayers;
import dev.qualm.sustainability.PerturbationSize;
import dev.qualm.sustainability.SustainabilityResult;
import dev.qualm.sustainability.Tap;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer sustainability analysis as it is shown.
 *
 * @param model name of the network's file
 * @param data what it was analysed on
 * @param eta how many standard deviations above the mean a layer is marked
 * @param result all numbers
 */
public record LayerReport(String model, String data, double eta, SustainabilityResult result) {
    /** What the page and the picture are called. */
    public String title() {
        return "Layer sustainability of " + model;
    }

    /** The measure that marks layers. */
    public Measure measure() {
        return result.measures().get(0);
    }

    /** One entry per perturbation, in order. */
    public List<MostVulnerableLayers> vulnerable() {
        return result.names().stream()
                .map(name -> result.mostVulnerable(name, eta))
                .toList();
    }

    /** Whether a layer is marked under a perturbation. */
    boolean isMarked(int perturbation, Tap tap) {
        return vulnerable().get(perturbation).contains(tap);
    }

    /** The finding in a sentence or two. */
    public String verdict() {
        StringBuilder text = new StringBuilder();
        for (MostVulnerableLayers m : vulnerable()) {
            text.append(text.isEmpty() ? "" : " ")
                    .append(m.perturbations().get(0))
                    .append(": ");
            if (m.layers().isEmpty()) {
                text.append("no layer stands out.");
            } else {
                List<String> names =
                        m.layers().stream().map(v -> v.tap().tensor()).toList();
                text.append(String.join(", ", names))
                        .append(names.size() == 1 ? " stands out." : " stand out, the farthest moved first.");
            }
        }
        return text.toString();
    }

    /** What a reader must know. */
    public List<String> warnings() {
        List<String> out = new ArrayList<>();
        if (result.unreadable() > 0) {
            out.add(result.unreadable() + " items could not be read and are left out.");
        }
        for (LayerMovement m : result.movements()) {
            if (m.undefined() + m.nonFinite() > 0) {
                out.add(m + ".");
            }
        }
        for (PerturbationSize p : result.perturbations()) {
            if (p.unmoved() > 0) {
                out.add(p.name() + " leaves " + p.unmoved() + " of " + result.items() + " inputs as they are.");
            }
        }
        List<PerturbationSize> sizes = result.perturbations();
        double least = sizes.stream().mapToDouble(PerturbationSize::l2).min().orElse(1);
        double most = sizes.stream().mapToDouble(PerturbationSize::l2).max().orElse(1);
        if (most > 1.2 * least) {
            out.add("The perturbations differ in size: part of what one does more than another is its size. Compare at"
                    + " equal norm as well.");
        }
        return out;
    }
}

package dev.qualm.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Layer-wise regularisation of adversarial training (Khalooei, Homayounpour, Amirmazlaghani, arXiv 2202.02626, algorithm 3): the sum
 * over layers l of {@code gamma_l * |phi_l(x) - phi_l(x')| / |phi_l(x)|}, where {@code phi_l} is a layer's output, {@code x} an item
 * and {@code x'} the attacked one. The clean items run only as far as the deepest of the layers.
 *
 * <p>In that run BatchNormalization uses the statistics of the clean batch and leaves its running ones alone.
 *
 * @param gammas weight of each layer by the name of its node or tensor, at least 0; at least one layer
 * @param detached whether the clean representation is a constant, so that only the attacked one is pulled
 * @param over what the relative error is taken of
 */
public record LayerPenalty(Map<String, Double> gammas, boolean detached, Over over) {
    /** What a relative error is taken of. */
    public enum Over {
        /** Each item; their mean counts. Items whose clean representation is zero are left out. */
        ITEMS,
        /** The whole batch as one tensor, as the authors' measuring code does. */
        BATCH
    }

    public LayerPenalty {
        TrainingException.require(!gammas.isEmpty(), "layers to regularise", "of at least one", gammas);
        gammas.forEach((layer, gamma) -> TrainingException.require(
                gamma >= 0 && Double.isFinite(gamma), "a gamma of layer " + layer, "of at least 0", gamma));
        gammas = Collections.unmodifiableMap(new LinkedHashMap<>(gammas));
    }

    /** The same weight for some layers; both branches learn, relative errors of items. */
    public static LayerPenalty of(double gamma, Iterable<String> layers) {
        Map<String, Double> gammas = new LinkedHashMap<>();
        layers.forEach(layer -> gammas.put(layer, gamma));
        return new LayerPenalty(gammas, false, Over.ITEMS);
    }

    public LayerPenalty withDetached(boolean newDetached) {
        return new LayerPenalty(gammas, newDetached, over);
    }

    public LayerPenalty withOver(Over newOver) {
        return new LayerPenalty(gammas, detached, newOver);
    }
}

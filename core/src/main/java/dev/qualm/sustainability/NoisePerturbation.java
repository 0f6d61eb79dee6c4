package dev.qualm.sustainability;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.attack.Noise;

/**
 * A noise as a perturbation. What is drawn belongs to the seed and the item's values: neither batches nor the place in the data change
 * it, and equal items get equal noise.
 *
 * @param name with the strength
 * @param noise what is done
 */
public record NoisePerturbation(String name, Noise noise) implements Perturbation {
    /** Named as it is typed: {@code gaussian:0.1}. */
    public static NoisePerturbation of(Noise noise) {
        return new NoisePerturbation(noise.toString(), noise);
    }

    @Override
    public Array apply(Items items) {
        return items.size() == 0 ? items.inputs() : noise.apply(items.inputs());
    }

    @Override
    public Provenance provenance() {
        return Provenance.of(noise.kind().text() + " noise")
                .with("strength", noise.strength())
                .with("seed", noise.seed());
    }
}

package dev.qualm.detect.fitted;

import dev.qualm.mutation.Mutant;
import dev.qualm.mutation.Mutator;
import java.util.List;

/**
 * The changed networks that a fitted label change rate asks.
 *
 * @param mutator what drew them
 * @param mutants that were kept
 */
public record FittedMutants(Mutator mutator, List<Mutant> mutants) {
    public FittedMutants {
        mutants = List.copyOf(mutants);
    }
}

package dev.qualm.mutation;

import java.util.LinkedHashMap;
import java.util.Map;

/** Parameters of mutations as provenance lists them. */
final class Parameters {
    private Parameters() {}

    static Map<String, Object> of(Selection selection) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("rate", selection.rate());
        all.put("unit", selection.unit());
        all.put("layers", selection.layers().isEmpty() ? "all" : selection.layers());
        all.put("at least one", selection.atLeastOne());
        return all;
    }

    /** Throws unless the mutation's units are filters or neurons. */
    static void requireNoScalars(String name, Selection selection) {
        if (selection.unit() == Unit.SCALAR) {
            throw new MutationException(name + " changes whole units: expected the unit filter or neuron, but found "
                    + selection.unit() + "; gaussian-fuzz-nmutant and gaussian-fuzz-multiplicative change scalars");
        }
    }
}

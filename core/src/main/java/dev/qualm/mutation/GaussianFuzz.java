package dev.qualm.mutation;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.HashMap;
import java.util.Map;

/**
 * Weights drawn anew from a normal distribution.
 *
 * <p>Sources: Ma et al. 2018 (DeepMutation, section IV); Wu, Michel, Briot 2019 (arXiv 1910.00387); Wang et al. 2019 (nMutant, section 3).
 *
 * @param variant where centre and width come from
 * @param selection filters or neurons for {@link Variant#REFERENCE}, scalars for the others
 */
public record GaussianFuzz(Variant variant, Selection selection) implements Mutation {
    /** Where centre and width come from. */
    public enum Variant {
        /**
         * Every entry of a chosen unit is drawn from Normal(mean, std) over the units of its layer at the same kernel position and input;
         * its own value is discarded. The population's standard deviation, as in Wu et al. In a grouped convolution the inputs are counted
         * within each group, so that depthwise filters are compared by kernel position. Biases stay.
         */
        REFERENCE,
        /**
         * A chosen scalar becomes Normal(mean, std) of its whole tensor, biases, scales and shifts included. The sample's standard deviation,
         * as in nMutant's code; the paper centres on the old value, the code does not. Tensors of one entry keep it.
         */
        NMUTANT,
        /**
         * A chosen scalar is multiplied by 1 + Normal(0, 0.5), as in DeepMutation++; that tool then clips the whole layer to -1 to 1, which
         * changes weights that were never chosen. Here nothing is clipped.
         */
        MULTIPLICATIVE
    }

    private static final double WIDTH = 0.5;

    private record Normals(double[] mean, double[] std) {}

    public GaussianFuzz {
        if ((selection.unit() == Unit.SCALAR) == (variant == Variant.REFERENCE)) {
            throw new MutationException(name(variant) + " takes "
                    + (variant == Variant.REFERENCE ? "filters or neurons" : "scalars") + " as units, but found "
                    + selection.unit() + "s");
        }
    }

    /** As Wu et al. on CIFAR-10: 1.5% of the filters. */
    public static GaussianFuzz reference() {
        return new GaussianFuzz(Variant.REFERENCE, Selection.of(0.015, Unit.FILTER));
    }

    /** As nMutant on MNIST: 5% of the scalars; it takes 0.5% for large networks. */
    public static GaussianFuzz nmutant() {
        return new GaussianFuzz(Variant.NMUTANT, Selection.of(0.05, Unit.SCALAR));
    }

    /** 5% of the scalars. */
    public static GaussianFuzz multiplicative() {
        return new GaussianFuzz(Variant.MULTIPLICATIVE, Selection.of(0.05, Unit.SCALAR));
    }

    private static String name(Variant variant) {
        return switch (variant) {
            case REFERENCE -> "gaussian-fuzz";
            case NMUTANT -> "gaussian-fuzz-nmutant";
            case MULTIPLICATIVE -> "gaussian-fuzz-multiplicative";
        };
    }

    @Override
    public String name() {
        return name(variant);
    }

    @Override
    public String summary() {
        return switch (variant) {
            case REFERENCE -> "entries drawn anew, as spread over the layer's units at that position";
            case NMUTANT -> "scalars drawn anew, as spread over their whole tensor";
            case MULTIPLICATIVE -> "scalars times 1 + Normal(0, 0.5)";
        };
    }

    @Override
    public String source() {
        return switch (variant) {
            case REFERENCE -> "Wu, Michel, Briot 2019 (arXiv 1910.00387)";
            case NMUTANT -> "Wang et al. 2019 (arXiv 1812.05793), published code";
            case MULTIPLICATIVE -> "Hu et al. 2019 (DeepMutation++), without its clipping";
        };
    }

    @Override
    public GaussianFuzz with(Selection newSelection) {
        return new GaussianFuzz(variant, newSelection);
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> all = Parameters.of(selection);
        switch (variant) {
            case REFERENCE -> all.put("std", "population, over the layer's units");
            case NMUTANT -> all.put("std", "sample, over the tensor");
            case MULTIPLICATIVE -> all.put("std", WIDTH);
        }
        return all;
    }

    @Override
    public Mutator on(Network network) {
        MutableUnits found = MutableUnits.of(network, selection.unit(), selection.layers());
        MutableUnits units = variant == Variant.REFERENCE
                ? found.without(name(), l -> l.units() < 2 ? "a single unit has no spread" : null)
                : found;
        Map<String, Normals> normals = new HashMap<>();
        for (UnitLayer layer : units.layers()) {
            Array weight = java.util.Objects.requireNonNull(
                    network.graph().initializers().get(layer.weight()));
            switch (variant) {
                case REFERENCE -> normals.put(layer.weight(), overUnits(layer, weight));
                case NMUTANT -> normals.put(layer.weight(), overTensor(weight));
                case MULTIPLICATIVE -> {}
            }
        }
        return Mutator.perUnit(this, network, units, (random, edits, layer, unit) -> {
            Normals n = normals.get(layer.weight());
            for (int e = 0; e < layer.entries(); e++) {
                int position = layer.position(unit, e);
                double gaussian = random.nextGaussian();
                edits.set(
                        layer.weight(),
                        position,
                        n == null
                                ? edits.get(layer.weight(), position) * (1 + WIDTH * gaussian)
                                : n.mean[e] + n.std[e] * gaussian);
            }
        });
    }

    /** Per entry of a unit. */
    private static Normals overUnits(UnitLayer layer, Array weight) {
        double[] mean = new double[layer.entries()];
        double[] std = new double[layer.entries()];
        for (int u = 0; u < layer.units(); u++) {
            for (int e = 0; e < mean.length; e++) {
                mean[e] += weight.get(layer.position(u, e)) / layer.units();
            }
        }
        for (int u = 0; u < layer.units(); u++) {
            for (int e = 0; e < mean.length; e++) {
                double d = weight.get(layer.position(u, e)) - mean[e];
                std[e] += d * d / layer.units();
            }
        }
        for (int e = 0; e < mean.length; e++) {
            std[e] = Math.sqrt(std[e]);
        }
        return new Normals(mean, std);
    }

    /** One for all. */
    private static Normals overTensor(Array weight) {
        double mean = 0;
        for (int i = 0; i < weight.size(); i++) {
            mean += weight.get(i) / weight.size();
        }
        double squares = 0;
        for (int i = 0; i < weight.size(); i++) {
            squares += (weight.get(i) - mean) * (weight.get(i) - mean);
        }
        double std = weight.size() < 2 ? 0 : Math.sqrt(squares / (weight.size() - 1));
        return new Normals(new double[] {mean}, new double[] {std});
    }
}

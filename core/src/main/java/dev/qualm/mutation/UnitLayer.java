package dev.qualm.mutation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The units of one weight. Entry {@code e} of one unit stands for the same kernel position and input as entry {@code e} of another.
 *
 * @param name of the first node that uses the weight
 * @param nodes names of all nodes that use it; a shared weight is one set of units
 * @param weight name of the initializer
 * @param layout where the entries of a unit are
 * @param biases vectors that add one number per unit to the layer's output and do nothing else; mostly one or none
 * @param norms BatchNormalizations that alone read the layer's output, if all its nodes have one; else none
 * @param obstacle why biases and normalisations cannot be changed for one unit alone, or null if they can
 */
public record UnitLayer(
        String name,
        List<String> nodes,
        String weight,
        UnitLayout layout,
        List<String> biases,
        List<Norm> norms,
        @Nullable String obstacle) {

    /** The parameters of a BatchNormalization by initializer name; each holds one number per unit. */
    public record Norm(String node, String scale, String shift, String mean, String variance) {}

    public UnitLayer {
        nodes = List.copyOf(nodes);
        biases = List.copyOf(biases);
        norms = List.copyOf(norms);
    }

    /** Number of units. */
    public int units() {
        return layout.units();
    }

    /** Entries of the weight per unit. */
    public int entries() {
        return layout.entries();
    }

    /** Row-major number of an entry of a unit in the weight. */
    public int position(int unit, int entry) {
        return layout.position(unit, entry);
    }

    boolean isNamed(String wanted) {
        return wanted.equals(weight) || nodes.contains(wanted);
    }
}

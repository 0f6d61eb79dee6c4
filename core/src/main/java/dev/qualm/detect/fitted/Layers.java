package dev.qualm.detect.fitted;

import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which inner layers a method reads, as users write it: {@code activations}, for the outputs of all activation functions, or names of
 * tensors joined by {@code +}.
 */
record Layers(String text) {
    static final String ACTIVATIONS = "activations";

    static Layers of(String detector, String text) {
        DetectorException.require(
                !text.isBlank() && Arrays.stream(text.split("\\+", -1)).noneMatch(String::isBlank),
                detector,
                "'" + ACTIVATIONS + "' or names of tensors joined by +",
                "'" + text + "'",
                "name some");
        return new Layers(text);
    }

    /** The tensors of a network. */
    List<String> of(Network network) {
        if (text.equals(ACTIVATIONS)) {
            List<String> found = new ArrayList<>(network.structure().activations());
            found.remove(network.structure().output());
            return found;
        }
        return names();
    }

    /** As they are written. */
    List<String> names() {
        return Arrays.stream(text.split("\\+", -1))
                .map(String::strip)
                .distinct()
                .toList();
    }

    /** Why a network has no such layers, or null if it has. */
    @Nullable
    String refusal(Network network) {
        if (text.equals(ACTIVATIONS)) {
            return of(network).isEmpty() ? "the network has no activation functions; name layers" : null;
        }
        for (String name : of(network)) {
            if (!network.graph().tensors().contains(name)) {
                return "it has no tensor '" + name + "'; its activations are "
                        + network.structure().activations();
            }
        }
        return null;
    }
}

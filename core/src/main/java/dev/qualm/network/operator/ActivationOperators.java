package dev.qualm.network.operator;

import java.util.List;
import org.bytedeco.pytorch.global.torch;

/** Elementwise activation functions. */
final class ActivationOperators {
    private ActivationOperators() {}

    static List<Operator> all() {
        return List.of(Operator.of("Relu", node -> Kernel.of(in -> torch.relu(in.get(0))))
                .withInPlace(node -> Kernel.of(in -> torch.relu_(in.get(0)))));
    }
}

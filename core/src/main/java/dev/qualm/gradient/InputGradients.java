package dev.qualm.gradient;

import dev.qualm.network.Network;
import dev.qualm.network.Sweep;
import dev.qualm.network.Tape;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The logits of a micro-batch and their gradients at the network's input, from a tape that also serves others, or from a sweep, which
 * is faster.
 */
interface InputGradients {
    Network network();

    /** {@code [n, classes]}, in the open scope or the recording's own. */
    Tensor logits();

    /** The tensor that gradients are taken by. Belongs to the recording. */
    Tensor input();

    /** Whether the logits depend on the input in a way that can be differentiated. */
    boolean connected();

    /** Gradient of {@code sum(cotangent * logits)}, in the open scope. */
    Tensor gradient(Tensor cotangent);

    static InputGradients of(Tape tape) {
        Tensor leaf = tape.value(tape.network().structure().differentiable());
        return new InputGradients() {
            @Override
            public Network network() {
                return tape.network();
            }

            @Override
            public Tensor logits() {
                return tape.logits();
            }

            @Override
            public Tensor input() {
                return leaf;
            }

            @Override
            public boolean connected() {
                return tape.logits().requires_grad();
            }

            @Override
            public Tensor gradient(Tensor cotangent) {
                return tape.gradients(tape.logits(), cotangent, List.of(leaf)).get(0);
            }
        };
    }

    static InputGradients of(Sweep sweep) {
        return new InputGradients() {
            @Override
            public Network network() {
                return sweep.network();
            }

            @Override
            public Tensor logits() {
                return sweep.logits();
            }

            @Override
            public Tensor input() {
                return sweep.input();
            }

            @Override
            public boolean connected() {
                return sweep.connected();
            }

            @Override
            public Tensor gradient(Tensor cotangent) {
                return sweep.gradient(cotangent);
            }
        };
    }
}

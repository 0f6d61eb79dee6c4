package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Tangents by two reverse sweeps of a tape, for networks whose forward-mode derivative cannot be written down. */
/*
 * The gradient at the input is linear in its cotangent; a record of that sweep, swept by the cotangent, maps directions of the input
 * to tangents of the logits (Townsend 2017).
 */
final class TapeTangents implements AutoCloseable {
    private final Tape tape;
    private final Tensor cotangent;
    private final Tensor gradient;

    TapeTangents(Network network, Map<String, Array> feeds) {
        tape = Tape.record(network, feeds, Recording.ofInput(network));
        try (NativeScope scope = NativeScope.recording()) {
            cotangent = torch.zeros_like(tape.logits().detach()).set_requires_grad(true);
            Tensor input = tape.value(network.structure().differentiable());
            gradient = tape.gradients(tape.logits(), cotangent, List.of(input), true)
                    .get(0);
            cotangent.retainReference();
            gradient.retainReference();
        } catch (RuntimeException e) {
            tape.close();
            throw e;
        }
    }

    /** The tangent of {@link Tape#logits()}, in the open scope. */
    Tensor along(Tensor direction) {
        return tape.gradients(gradient, direction, List.of(cotangent)).get(0);
    }

    @Override
    public void close() {
        gradient.releaseReference();
        cotangent.releaseReference();
        tape.close();
    }
}

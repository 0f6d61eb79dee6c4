package dev.qualm.network.operator;

import dev.qualm.array.Array;
import java.util.List;

/** Cases of {@link RecurrentOperators}: three steps, two samples (or the reverse), two features, two hidden units. */
final class RecurrentCases {
    private static final int HIDDEN = 2;

    private RecurrentCases() {}

    static List<OperatorCase> all() {
        Array lengths = Array.of(new int[] {3, 1}, 2);
        return List.of(
                of("RNN", "forward", 1, 1),
                bias(of("RNN", "bidirectional, lengths", 2, 1), 2, 1)
                        .plain(lengths)
                        .attribute("direction", "bidirectional")
                        .attribute("activations", List.of("Softsign", "Affine"))
                        .attribute("activation_alpha", new float[] {0.5f})
                        .attribute("activation_beta", new float[] {0.1f}),
                bias(of("RNN", "reverse, batch first", 1, 1), 1, 1)
                        .plain(null)
                        .input(5, -1, 1, 3, 1, HIDDEN)
                        .attribute("direction", "reverse")
                        .attribute("layout", 1L)
                        .independentRows(),
                of("GRU", "forward", 1, 3),
                bias(of("GRU", "reverse, lengths", 1, 3), 1, 3)
                        .plain(lengths)
                        .input(5, -1, 1, 1, 2, HIDDEN)
                        .attribute("direction", "reverse")
                        .attribute("linear_before_reset", 1L),
                of("GRU", "linear before reset without bias", 1, 3).attribute("linear_before_reset", 1L),
                bias(of("GRU", "bidirectional, clip", 2, 3), 2, 3)
                        .attribute("direction", "bidirectional")
                        .attribute("clip", 0.9f)
                        .attribute("activations", List.of("HardSigmoid", "ScaledTanh", "Sigmoid", "Elu"))
                        .attribute("activation_alpha", new float[] {0.3f, 1.2f, 0.9f})
                        .attribute("activation_beta", new float[] {0.4f, 0.7f}),
                of("LSTM", "forward", 1, 4).outputs(3),
                bias(of("LSTM", "all inputs, bidirectional", 2, 4), 2, 4)
                        .plain(lengths)
                        .input(5, -1, 1, 2, 2, HIDDEN)
                        .input(6, -1, 1, 2, 2, HIDDEN)
                        .input(7, -1, 1, 2, 3 * HIDDEN)
                        .attribute("direction", "bidirectional")
                        .outputs(3),
                bias(of("LSTM", "coupled gates, batch first", 1, 4), 1, 4)
                        .attribute("input_forget", 1L)
                        .attribute("layout", 1L)
                        .outputs(3)
                        .independentRows(),
                bias(of("LSTM", "clip, other activations", 1, 4), 1, 4)
                        .attribute("clip", 0.7f)
                        .attribute("activations", List.of("Sigmoid", "LeakyRelu", "Softplus"))
                        .attribute("activation_alpha", new float[] {0.2f})
                        .outputs(3));
    }

    private static OperatorCase of(String type, String name, int directions, int gates) {
        return OperatorCase.of(type, name)
                .input(1, -1, 1, 3, 2, 2)
                .input(2, -1, 1, directions, gates * HIDDEN, 2)
                .input(3, -1, 1, directions, gates * HIDDEN, HIDDEN)
                .attribute("hidden_size", (long) HIDDEN)
                .outputs(2);
    }

    private static OperatorCase bias(OperatorCase c, int directions, int gates) {
        return c.input(4, -0.5, 0.5, directions, 2 * gates * HIDDEN);
    }
}

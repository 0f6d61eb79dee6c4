package dev.qualm.network.operator;

import java.util.List;
import java.util.stream.Stream;

/** All operator cases, by family. A new family is one more line here. */
final class OperatorCases {
    private static final List<List<OperatorCase>> FAMILIES = List.of(
            ActivationCases.all(),
            ClipCases.all(),
            SoftmaxCases.all(),
            DropoutCases.all(),
            UnaryCases.all(),
            ArithmeticCases.all(),
            LogicCases.all(),
            ViewCases.all(),
            IndexCases.all(),
            ReduceCases.all(),
            ConvolutionCases.all(),
            PoolingCases.all(),
            NormalizationCases.all(),
            LinearCases.all(),
            RecurrentCases.all(),
            ResizeCases.all(),
            SpaceCases.all(),
            GradientCases.all());

    private OperatorCases() {}

    static List<OperatorCase> all() {
        return FAMILIES.stream().flatMap(List::stream).toList();
    }

    /** The cases of one kind of operator. */
    static Stream<OperatorCase> of(Operator.Gradient gradient) {
        return all().stream().filter(c -> c.operator().gradient() == gradient);
    }
}

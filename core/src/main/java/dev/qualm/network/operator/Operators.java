package dev.qualm.network.operator;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The operators Qualm can run. To add one: write it in the file of its family and list it there; the derivative and
 * conformance suites find it here.
 */
public final class Operators {
    private static final Map<String, Operator> ALL = index(List.of(
            ActivationOperators.all(),
            ClipOperators.all(),
            SoftmaxOperators.all(),
            DropoutOperators.all(),
            UnaryOperators.all(),
            ArithmeticOperators.all(),
            LogicOperators.all(),
            ConvolutionOperators.all(),
            FusedConvolution.all(),
            GradientOperators.all(),
            RelevanceOperators.all(),
            PathSums.all(),
            PoolingOperators.all(),
            NormalizationOperators.all(),
            LinearOperators.all(),
            RecurrentOperators.all(),
            ResizeOperators.all(),
            SpaceOperators.all(),
            ViewOperators.all(),
            SliceOperators.all(),
            PadOperators.all(),
            TensorOperators.all(),
            CastOperators.all(),
            GatherOperators.all(),
            ScatterOperators.all(),
            SortOperators.all(),
            ReduceOperators.all()));

    private Operators() {}

    /** The operator of a domain and ONNX name, or null if Qualm does not have it. */
    public static @Nullable Operator find(String domain, String type) {
        return ALL.get(key(domain, type));
    }

    /** All operators, by family. */
    public static Collection<Operator> all() {
        return ALL.values();
    }

    private static Map<String, Operator> index(List<List<Operator>> families) {
        Map<String, Operator> map = new LinkedHashMap<>();
        for (List<Operator> family : families) {
            for (Operator o : family) {
                if (map.put(key(o.domain(), o.type()), o) != null) {
                    throw new IllegalStateException("Operator " + o.type() + " is registered twice");
                }
            }
        }
        return map;
    }

    private static String key(String domain, String type) {
        return (domain.equals("ai.onnx") ? "" : domain) + ":" + type;
    }
}

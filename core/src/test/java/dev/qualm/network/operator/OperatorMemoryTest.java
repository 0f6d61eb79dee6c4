package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the outputs of every operator may have in common with its inputs. */
class OperatorMemoryTest {
    static Stream<OperatorCase> all() {
        return OperatorCases.all().stream();
    }

    /** Else the gradient with respect to the output would contain the paths that leave from the input. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void run_anyCase_returnsOtherTensorsThanItGot(OperatorCase c) {
        try (NativeScope scope = NativeScope.values()) {
            List<@Nullable Tensor> in = inputs(c);
            for (Tensor out : run(c, in)) {
                assertThat(in).as("%s", c).noneMatch(i -> i != null && out.is_same(i));
            }
        }
    }

    /** Else an in-place kernel further on would overwrite the input. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void run_operatorWithoutAliases_returnsFreshMemory(OperatorCase c) {
        try (NativeScope scope = NativeScope.values()) {
            List<@Nullable Tensor> in = inputs(c);
            for (Tensor out : run(c, in)) {
                boolean shared = in.stream().anyMatch(i -> i != null && out.numel() > 0 && out.is_alias_of(i));
                assertThat(shared && !c.operator().aliases())
                        .as("%s shares memory", c)
                        .isFalse();
            }
        }
    }

    private static Tensor[] run(OperatorCase c, List<@Nullable Tensor> in) {
        return c.kernel(false).run(new Inputs(in.toArray(new Tensor[0])));
    }

    private static List<@Nullable Tensor> inputs(OperatorCase c) {
        List<@Nullable Tensor> in = new ArrayList<>();
        c.inputs().forEach(a -> in.add(a == null ? null : Tensors.of(a, Precision.FLOAT64)));
        return in;
    }
}

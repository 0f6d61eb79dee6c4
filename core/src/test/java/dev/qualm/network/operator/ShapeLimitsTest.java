package dev.qualm.network.operator;

import static dev.qualm.network.operator.SliceOperatorsTest.run;
import static dev.qualm.network.operator.ViewCases.longs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Shapes, axes and indices that a hostile or broken file may ask for. */
class ShapeLimitsTest {
    private static final long HUGE = 1L << 62;

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void run_badShapeOrIndex_isRefusedWithTheValue(OperatorCase c, String found) {
        assertThatThrownBy(() -> run(c))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining(c.type())
                .hasMessageContaining(found);
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                bad(on("Expand").plain(longs(1L << 16, 1L << 15, 1, 1)), "[65536, 32768, 2, 3]"),
                bad(on("Expand").plain(longs(HUGE, HUGE, 2, 3)), "[" + HUGE),
                bad(on("Expand").plain(longs(4, 3)), "[4, 3]"),
                bad(on("Expand").plain(longs(-1, 2, 3)), "-1"),
                bad(on("Tile").plain(longs(1 << 30, 1)), "[2147483648, 3]"),
                bad(on("Tile").plain(longs(HUGE, HUGE)), "" + HUGE),
                bad(on("Tile").plain(longs(-1, 1)), "-1"),
                bad(on("Tile").plain(longs(1)), "[1]"),
                bad(of("ConstantOfShape").plain(longs(HUGE, 4)), "[" + HUGE + ", 4]"),
                bad(of("ConstantOfShape").plain(longs(0, HUGE)), "[0, " + HUGE),
                bad(of("ConstantOfShape").plain(longs(2, -3)), "-3"),
                bad(range(Long.MIN_VALUE, Long.MAX_VALUE, 1), "" + Long.MIN_VALUE),
                bad(range(0, 5, 0), "by 0"),
                bad(of("Range").plain(number(0)).plain(number(1)).plain(number(1e-12)), "1.0E-12"),
                bad(of("Range").plain(number(0)).plain(number(Double.NaN)).plain(number(1)), "NaN"),
                bad(of("Range").plain(longs(1, 2)).plain(longs(3)).plain(longs(1)), "[2]"),
                bad(on("Pad").plain(longs(1L << 30, 0, 0, 0)), "[1073741826, 3]"),
                bad(on("Pad").plain(longs(Long.MIN_VALUE, 0, 0, 0)), "" + Long.MIN_VALUE),
                bad(on("Pad").plain(longs(-3, 0, 5, 0)), "[-3, 0, 5, 0]"),
                bad(on("Pad").plain(longs(1, 1)), "[1, 1]"),
                bad(of("Pad").attribute("mode", "edge").plain(longs()).plain(longs(1, 0)), "empty axis"),
                bad(of("OneHot").plain(longs(0, 1)).plain(longs(1L << 31)).plain(longs(0, 1)), "2147483648"),
                bad(of("OneHot").plain(longs(0)).plain(longs(-1)).plain(longs(0, 1)), "-1"),
                bad(of("OneHot").plain(longs(0)).plain(longs(2)).plain(longs(0, 1, 2)), "[3]"),
                bad(on("Gather").plain(longs(0, 2)), "found 2"),
                bad(on("Gather").plain(longs(-3)), "found -3"),
                bad(on("Gather").constant(Array.of(new long[] {Long.MIN_VALUE})), "" + Long.MIN_VALUE),
                bad(on("Gather").attribute("axis", 2L).plain(longs(0)), "found 2"),
                bad(on("GatherElements").plain(Array.of(new long[] {5}, 1, 1)), "found 5"),
                bad(on("GatherElements").plain(Array.of(new long[4], 1, 4)), "[1, 4]"),
                bad(on("GatherND").plain(Array.of(new long[] {1, 3}, 1, 2)), "found 3"),
                bad(on("GatherND").plain(Array.of(new long[3], 1, 3)), "[1, 3]"),
                bad(on("GatherND").attribute("batch_dims", 1L).plain(Array.of(new long[3], 3, 1)), "[3, 1]"),
                bad(
                        scatter("ScatterElements", Array.of(new long[] {2}, 1, 1), Array.of(new double[1], 1, 1)),
                        "found 2"),
                bad(scatter("ScatterElements", Array.of(new long[1], 1, 1), Array.of(new double[2], 1, 2)), "[1, 2]"),
                bad(scatter("ScatterElements", Array.of(new long[4], 1, 4), Array.of(new double[4], 1, 4)), "[1, 4]"),
                bad(scatter("ScatterND", Array.of(new long[] {-3}, 1, 1), Array.of(new double[3], 1, 3)), "found -3"),
                bad(scatter("ScatterND", Array.of(new long[1], 1, 1), Array.of(new double[2], 1, 2)), "[1, 2]"),
                bad(
                        on("Compress").attribute("axis", 0L).plain(Array.of(new boolean[] {false, false, true}, 3)),
                        "found 2"),
                bad(on("TopK").outputs(2).plain(longs(4)), "found 4"),
                bad(on("TopK").outputs(2).plain(longs(-1)), "found -1"),
                bad(on("TopK").outputs(2).plain(longs(1, 1)), "found 2"),
                bad(of("ArgMax").plain(longs()), "[0]"),
                bad(on("ReverseSequence").plain(longs(1, 1, 3)), "found 3"),
                bad(on("ReverseSequence").plain(longs(1)), "found 1"),
                bad(on("Reshape").plain(longs(4, -1)), "[4, -1]"),
                bad(on("Reshape").plain(longs(-1, -1)), "-1"),
                bad(on("Reshape").plain(longs(HUGE, HUGE, 0, 16)), "" + HUGE),
                bad(on("Reshape").attribute("allowzero", 1L).plain(longs(0, 3)), "[0, 3]"),
                bad(on("Flatten").attribute("axis", 3L), "found 3"),
                bad(on("Transpose").attribute("perm", new long[] {0, 0}), "[0, 0]"),
                bad(on("Transpose").attribute("perm", new long[] {0}), "[0]"),
                bad(on("Squeeze").plain(longs(0)), "[2, 3]"),
                bad(on("Unsqueeze").plain(longs(1, -3)), "[1, -3]"),
                bad(on("Unsqueeze"), "axes"),
                bad(of("Concat").attribute("axis", 0L).plain(longs(1)).plain(Array.of(new long[0], 0, 2)), "[0, 2]"),
                bad(on("Split").outputs(2).plain(longs(3, -1)), "[3, -1]"),
                bad(on("Split").outputs(2).plain(longs(Long.MAX_VALUE, Long.MAX_VALUE)), "" + Long.MAX_VALUE),
                bad(on("Split").outputs(2).attribute("axis", 1L), "length 3"),
                bad(on("Slice").plain(longs(0)).plain(longs(1)).plain(longs(0)).plain(longs(0)), "steps other than 0"),
                bad(on("Slice").plain(longs(0, 0, 0)).plain(longs(1, 1, 1)), "found 2"),
                bad(on("Slice").plain(longs(0)).plain(longs(1, 1)), "[1, 1]"),
                bad(on("ReduceSum").plain(longs(2)), "found 2"),
                bad(on("ReduceSum").plain(longs(1, -1)), "[1, -1]"),
                bad(on("CumSum").plain(longs(0, 1)), "found 2"),
                bad(of("Trilu").plain(longs(1)), "[1]"),
                bad(of("EyeLike").plain(longs(1)), "[1]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unsupported")
    void kernel_unknownAttributeValue_isRefused(OperatorCase c, String found) {
        assertThatThrownBy(() -> c.kernel(false))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(c.type())
                .hasMessageContaining(found);
    }

    static Stream<Arguments> unsupported() {
        return Stream.of(
                bad(on("Pad").attribute("mode", "mirror"), "mirror"),
                bad(on("Concat"), "axis"),
                bad(on("Split").outputs(2).attribute("num_outputs", 3L), "3"),
                bad(on("ScatterND").attribute("reduction", "mean"), "mean"),
                bad(on("ReverseSequence").attribute("time_axis", 2L), "2"),
                bad(of("Constant").attribute("value_string", "text"), "value_string"),
                bad(of("ConstantOfShape").attribute("value", longs(1, 2)), "[2]"),
                bad(on("EyeLike").attribute("dtype", 8L), "STRING"));
    }

    @ParameterizedTest
    @MethodSource("extremeRanges")
    void range_extremeIntegers_countsExactly(long start, long limit, long delta, Array expected) {
        assertThat(run(range(start, limit, delta))).containsExactly(expected);
    }

    static Stream<Arguments> extremeRanges() {
        long min = Long.MIN_VALUE;
        long max = Long.MAX_VALUE;
        return Stream.of(
                Arguments.of(min, max, max, longs(min, -1, max - 1)),
                Arguments.of(max, min, min, longs(max, -1)),
                Arguments.of(3, 3, 1, longs()),
                Arguments.of(3, 5, -1, longs()),
                Arguments.of(-2, 3, 2, longs(-2, 0, 2)));
    }

    private static Arguments bad(OperatorCase c, String found) {
        return Arguments.of(c, found);
    }

    private static OperatorCase of(String type) {
        return OperatorCase.of(type, "refused");
    }

    private static OperatorCase on(String type) {
        return of(type).plain(Array.of(new double[6], 2, 3));
    }

    private static OperatorCase scatter(String type, Array indices, Array updates) {
        return on(type).plain(indices).plain(updates);
    }

    private static OperatorCase range(long start, long limit, long delta) {
        return of("Range").plain(longs(start)).plain(longs(limit)).plain(longs(delta));
    }

    private static Array number(double value) {
        return Array.of(new double[] {value});
    }
}

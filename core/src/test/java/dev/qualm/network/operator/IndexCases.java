package dev.qualm.network.operator;

import static dev.qualm.network.operator.ViewCases.longs;

import dev.qualm.array.Array;
import java.util.List;
import java.util.stream.Stream;

/** Cases of {@link GatherOperators}, {@link ScatterOperators} and {@link SortOperators}. */
final class IndexCases {
    private IndexCases() {}

    static List<OperatorCase> all() {
        return Stream.of(gathering(), scattering(), sorting())
                .flatMap(List::stream)
                .toList();
    }

    private static List<OperatorCase> gathering() {
        return List.of(
                of("Gather", "fixed scalar index").attribute("axis", 1L).constant(Array.of(new long[] {-1})),
                of("Gather", "repeated and negative")
                        .attribute("axis", -1L)
                        .plain(Array.of(new long[] {0, -1, 0, 2}, 2, 2)),
                of("Gather", "int32 constant").constant(Array.of(new int[] {1}, 1)),
                of("Gather", "no index").plain(longs()),
                of("GatherElements", "axis 1")
                        .attribute("axis", 1L)
                        .plain(Array.of(new long[] {0, 1, -1, -1, 0, 0, 2, 2}, 2, 1, 4)),
                of("GatherElements", "longer than the data")
                        .attribute("axis", 0L)
                        .plain(Array.of(new long[] {0, 1, 1}, 3, 1, 1)),
                of("GatherND", "slices").plain(Array.of(new long[] {0, 1, -1, -1}, 2, 2)),
                of("GatherND", "whole tuples").plain(Array.of(new long[] {0, 1, 2}, 1, 3)),
                of("GatherND", "batch").attribute("batch_dims", 1L).plain(Array.of(new long[] {2, 0}, 2, 1)),
                of("Compress", "axis").attribute("axis", 1L).plain(Array.of(new boolean[] {true, false, true}, 3)),
                of("Compress", "flat, short").plain(Array.of(new boolean[] {false, true, true}, 3)),
                of("ReverseSequence", "time first").plain(longs(2, 1, 0)),
                of("ReverseSequence", "batch first")
                        .attribute("time_axis", 1L)
                        .attribute("batch_axis", 0L)
                        .plain(longs(3, 2))
                        .independentRows());
    }

    private static List<OperatorCase> scattering() {
        return List.of(
                elements("ScatterElements", "none"),
                elements("ScatterElements", "add").attribute("reduction", "add").independentRows(),
                elements("ScatterElements", "mul").attribute("reduction", "mul"),
                elements("ScatterElements", "max").attribute("reduction", "max"),
                elements("ScatterElements", "min").attribute("reduction", "min"),
                elements("Scatter", "none").opset(9),
                repeated("ScatterElements", "repeated, add").attribute("reduction", "add"),
                repeated("ScatterElements", "repeated, mul").attribute("reduction", "mul"),
                repeated("ScatterElements", "repeated, max").attribute("reduction", "max"),
                slices("none", 0, -1),
                slices("add", 1, -1),
                slices("mul", 1, -1),
                slices("max", 0, 0),
                slices("min", 1, 0),
                of("ScatterND", "whole tuples")
                        .plain(Array.of(new long[] {0, 1, 2, 1, 2, 3}, 2, 3))
                        .input(8, -3, 3, 2),
                OperatorCase.of("OneHot", "last axis")
                        .plain(longs(1, -1, 5))
                        .constant(longs(3))
                        .input(4, -1, 1, 2),
                OperatorCase.of("OneHot", "first axis")
                        .attribute("axis", 0L)
                        .plain(Array.of(new float[] {0, 2}, 2))
                        .plain(longs(3))
                        .input(4, -1, 1, 2));
    }

    private static List<OperatorCase> sorting() {
        return List.of(
                of("TopK", "largest").outputs(2).constant(longs(2)).independentRows(),
                of("TopK", "smallest, axis 1")
                        .outputs(2)
                        .attribute("axis", 1L)
                        .attribute("largest", 0L)
                        .plain(longs(1)),
                of("TopK", "attribute").outputs(2).opset(9).attribute("k", 3L),
                of("ArgMax", "default"),
                of("ArgMin", "last index").attribute("select_last_index", 1L).attribute("axis", -1L),
                of("Trilu", "upper"),
                of("Trilu", "lower, shifted").attribute("upper", 0L).constant(Array.of(new long[] {-1})),
                of("Trilu", "far away").constant(Array.of(new long[] {Long.MAX_VALUE})),
                of("NonZero", "all"),
                OperatorCase.of("Unique", "flat").outputs(4).input(5, 0, 1, 2, 3),
                OperatorCase.of("Unique", "rows, unsorted")
                        .outputs(4)
                        .attribute("axis", 0L)
                        .attribute("sorted", 0L)
                        .input(5, 0, 1, 3, 2));
    }

    private static OperatorCase of(String type, String name) {
        return OperatorCase.of(type, name).input(7, -2, 2, 2, 3, 4);
    }

    private static OperatorCase elements(String type, String name) {
        return of(type, name)
                .attribute("axis", 1L)
                .plain(Array.of(new long[] {0, 1, 2, -3, -2, 0}, 2, 1, 3))
                .input(8, -3, 3, 2, 1, 3);
    }

    /** Two updates meet in one place. */
    private static OperatorCase repeated(String type, String name) {
        return of(type, name)
                .attribute("axis", 2L)
                .plain(Array.of(new long[] {1, -3, 1, 0}, 2, 1, 2))
                .input(8, -3, 3, 2, 1, 2);
    }

    private static OperatorCase slices(String reduction, long... rows) {
        return of("ScatterND", reduction + " at " + java.util.Arrays.toString(rows))
                .opset(18)
                .attribute("reduction", reduction)
                .plain(Array.of(rows, rows.length, 1))
                .input(8, -3, 3, rows.length, 3, 4);
    }
}

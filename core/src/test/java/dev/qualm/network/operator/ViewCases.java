package dev.qualm.network.operator;

import dev.qualm.array.Array;
import java.util.List;

/** Cases of views, slices, padding, tensors made from shapes, and casts. */
final class ViewCases {
    private ViewCases() {}

    static List<OperatorCase> all() {
        return List.of(
                of("Identity", "matrix"),
                OperatorCase.of("Identity", "scalar").input(2, -1, 1),
                of("Reshape", "0 and -1").constant(longs(0, -1)).independentRows(),
                of("Reshape", "computed shape").plain(longs(4, 6)),
                of("Reshape", "allowzero").attribute("allowzero", 1L).constant(longs(-1, 3)),
                of("Reshape", "attribute").opset(1).attribute("shape", new long[] {6, 4}),
                of("Flatten", "default").independentRows(),
                of("Flatten", "negative axis").attribute("axis", -1L),
                of("Flatten", "axis 0").attribute("axis", 0L),
                of("Flatten", "axis at the end").attribute("axis", 3L),
                of("Transpose", "reversed"),
                of("Transpose", "perm").attribute("perm", new long[] {1, 0, 2}),
                OperatorCase.of("Squeeze", "all").input(3, -1, 1, 2, 1, 3, 1),
                OperatorCase.of("Squeeze", "axes input")
                        .input(3, -1, 1, 1, 2, 1, 3)
                        .constant(longs(-2)),
                OperatorCase.of("Squeeze", "axes attribute")
                        .opset(11)
                        .attribute("axes", new long[] {0, 2})
                        .input(3, -1, 1, 1, 2, 1),
                of("Unsqueeze", "axes input").constant(longs(-1, 0)),
                of("Unsqueeze", "axes attribute").opset(11).attribute("axes", new long[] {1, 3}),
                OperatorCase.of("Expand", "both ways").input(3, -1, 1, 3, 1).constant(longs(2, 1, 4)),
                OperatorCase.of("Expand", "scalar, computed shape")
                        .input(3, -1, 1)
                        .plain(longs(2, 2)),
                OperatorCase.of("Concat", "two")
                        .attribute("axis", 1L)
                        .input(1, -1, 1, 2, 3)
                        .input(2, -1, 1, 2, 1),
                OperatorCase.of("Concat", "default axis")
                        .opset(1)
                        .input(1, -1, 1, 2, 3)
                        .input(2, -1, 1, 2, 2),
                OperatorCase.of("Concat", "three, last axis, one empty")
                        .attribute("axis", -1L)
                        .input(1, -1, 1, 2, 1)
                        .input(2, -1, 1, 2, 0)
                        .input(3, -1, 1, 2, 2),
                of("Split", "equal").outputs(2).attribute("axis", 2L),
                of("Split", "lengths input").outputs(2).attribute("axis", -2L).constant(longs(1, 2)),
                of("Split", "lengths attribute")
                        .opset(11)
                        .outputs(2)
                        .attribute("axis", 1L)
                        .attribute("split", new long[] {2, 1}),
                of("Split", "uneven").opset(18).outputs(2).attribute("axis", 1L).attribute("num_outputs", 2L),
                of("Slice", "attributes")
                        .opset(9)
                        .attribute("starts", new long[] {1, -3})
                        .attribute("ends", new long[] {Integer.MAX_VALUE, 4})
                        .attribute("axes", new long[] {1, 2}),
                of("Slice", "steps")
                        .constant(longs(0, 3))
                        .constant(longs(3, Long.MIN_VALUE))
                        .constant(longs(1, 2))
                        .constant(longs(2, -2)),
                of("Slice", "nothing changes").constant(longs(0)).constant(longs(Long.MAX_VALUE)),
                of("Slice", "computed, nothing left")
                        .plain(longs(2))
                        .plain(longs(1))
                        .plain(longs(1)),
                of("Tile", "repeats").constant(longs(1, 2, 3)),
                of("Tile", "tiles and axis").opset(1).constant(longs(2)).constant(longs(1)),
                of("Pad", "constant").constant(longs(0, 1, 2, 1, 0, 0)).constant(Array.of(new double[] {1.5})),
                of("Pad", "negative pads").constant(longs(0, -1, 2, 0, 1, -3)),
                of("Pad", "attribute")
                        .opset(10)
                        .attribute("pads", new long[] {0, 0, 1, 0, 0, 1})
                        .attribute("value", 2f),
                of("Pad", "paddings").opset(1).attribute("paddings", new long[] {0, 0, 1, 0, 0, 1}),
                of("Pad", "reflect")
                        .attribute("mode", "reflect")
                        .constant(longs(0, 2, 3, 0, 1, 1))
                        .independentRows(),
                of("Pad", "edge and axes")
                        .opset(18)
                        .attribute("mode", "edge")
                        .constant(longs(2, 1))
                        .plain(null)
                        .constant(longs(-1)),
                of("Pad", "wrap and crop").opset(19).attribute("mode", "wrap").constant(longs(0, 4, -1, 0, 1, 2)),
                of("Pad", "nothing to do").attribute("mode", "edge").constant(longs(0, 0, 0, 0, 0, 0)),
                of("Pad", "computed value").plain(longs(0, 0, 1, 0, 0, 1)).input(9, 0, 1),
                of("Cast", "to double").attribute("to", 11L),
                of("Cast", "to float").attribute("to", 1L),
                of("Cast", "name").opset(1).attribute("to", "FLOAT"),
                of("CastLike", "same type").plain(Array.of(new double[1], 1)),
                OperatorCase.of("Range", "floats")
                        .input(1, 0.1, 0.2)
                        .plain(Array.of(new double[] {1}))
                        .input(2, 0.21, 0.22),
                OperatorCase.of("Range", "integers, down")
                        .plain(Array.of(new long[] {5}))
                        .plain(Array.of(new long[] {-2}))
                        .plain(Array.of(new long[] {-3})),
                OperatorCase.of("Constant", "tensor").attribute("value", longs(1, 2)),
                OperatorCase.of("ConstantOfShape", "default").constant(longs(2, 3)),
                of("Shape", "whole"),
                of("Size", "whole"),
                OperatorCase.of("EyeLike", "shifted").attribute("k", 1L).input(1, 0, 1, 2, 3));
    }

    private static OperatorCase of(String type, String name) {
        return OperatorCase.of(type, name).input(7, -2, 2, 2, 3, 4);
    }

    static Array longs(long... values) {
        return Array.of(values, values.length);
    }
}

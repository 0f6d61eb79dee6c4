package dev.qualm.network.operator;

import dev.qualm.array.Array;
import java.util.ArrayList;
import java.util.List;

/** Cases of {@link ResizeOperators}. */
final class ResizeCases {
    private ResizeCases() {}

    static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        for (String mode : List.of("nearest", "linear", "cubic")) {
            for (String coordinates : List.of(
                    "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric")) {
                cases.add(scaled(mode + ", " + coordinates, 1, 1, 1.5f, 0.6f)
                        .attribute("mode", mode)
                        .attribute("coordinate_transformation_mode", coordinates)
                        .opset(19)
                        .independentRows());
            }
        }
        for (String rounding : List.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")) {
            cases.add(scaled(rounding, 1, 1, 2, 1.25f).attribute("nearest_mode", rounding));
        }
        cases.addAll(List.of(
                scaled("unchanged", 1, 1, 1, 1).attribute("mode", "linear"),
                sized("sizes", 2, 2, 5, 3).attribute("mode", "linear"),
                sized("cubic without outside", 2, 2, 5, 3)
                        .attribute("mode", "cubic")
                        .attribute("cubic_coeff_a", -0.5f)
                        .attribute("exclude_outside", 1L),
                sized("antialiased linear", 2, 2, 2, 6)
                        .opset(18)
                        .attribute("mode", "linear")
                        .attribute("antialias", 1L),
                sized("antialiased cubic", 2, 2, 2, 2)
                        .opset(18)
                        .attribute("mode", "cubic")
                        .attribute("antialias", 1L)
                        .attribute("exclude_outside", 1L),
                sized("listed axes, not larger", 6, 3)
                        .opset(18)
                        .attribute("mode", "linear")
                        .attribute("axes", new long[] {-1, 2})
                        .attribute("keep_aspect_ratio_policy", "not_larger"),
                x("Resize", "crop")
                        .constant(Array.of(new float[] {0, 0, 0.2f, -0.3f, 1, 1, 0.8f, 1.1f}, 8))
                        .plain(null)
                        .constant(Array.of(new long[] {2, 2, 3, 4}, 4))
                        .attribute("mode", "linear")
                        .attribute("coordinate_transformation_mode", "tf_crop_and_resize")
                        .attribute("extrapolation_value", 2.5f),
                scaled("for nearest neighbours", 1, 1, 2, 0.5f)
                        .opset(11)
                        .attribute("coordinate_transformation_mode", "tf_half_pixel_for_nn"),
                x("Resize", "first form")
                        .constant(Array.of(new float[] {1, 1, 0.6f, 2}, 4))
                        .opset(10),
                x("Resize", "first form, linear")
                        .plain(Array.of(new float[] {1, 1, 0.6f, 2}, 4))
                        .attribute("mode", "linear")
                        .opset(10),
                x("Upsample", "attribute")
                        .attribute("scales", new float[] {1, 1, 2, 1.5f})
                        .opset(7),
                x("Upsample", "input, linear")
                        .constant(Array.of(new float[] {1, 1, 2, 3}, 4))
                        .attribute("mode", "linear")
                        .opset(9)
                        .independentRows(),
                x("Upsample", "two attributes")
                        .attribute("height_scale", 2f)
                        .attribute("width_scale", 1f)
                        .attribute("mode", "bilinear")
                        .opset(1)));
        return List.copyOf(cases);
    }

    private static OperatorCase scaled(String name, float... scales) {
        return x("Resize", name).plain(null).constant(Array.of(scales, scales.length));
    }

    private static OperatorCase sized(String name, long... sizes) {
        return x("Resize", name).plain(null).plain(null).constant(Array.of(sizes, sizes.length));
    }

    private static OperatorCase x(String type, String name) {
        return OperatorCase.of(type, name).input(1, -1, 1, 2, 2, 4, 5);
    }
}

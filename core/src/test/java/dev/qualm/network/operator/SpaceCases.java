package dev.qualm.network.operator;

import java.util.ArrayList;
import java.util.List;

/** Cases of {@link SpaceOperators}. */
final class SpaceCases {
    private SpaceCases() {}

    static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>(List.of(
                OperatorCase.of("DepthToSpace", "depth first")
                        .input(1, -1, 1, 2, 8, 2, 1)
                        .attribute("blocksize", 2L)
                        .independentRows(),
                OperatorCase.of("DepthToSpace", "columns first")
                        .input(1, -1, 1, 1, 8, 2, 1)
                        .attribute("blocksize", 2L)
                        .attribute("mode", "CRD"),
                OperatorCase.of("SpaceToDepth", "blocks of two")
                        .input(1, -1, 1, 2, 2, 4, 2)
                        .attribute("blocksize", 2L)
                        .independentRows()));
        for (String mode : List.of("nearest", "bilinear", "bicubic")) {
            for (String padding : List.of("zeros", "border", "reflection")) {
                for (long corners = 0; corners < 2; corners++) {
                    cases.add(OperatorCase.of("GridSample", mode + ", " + padding + (corners == 0 ? "" : ", corners"))
                            .input(1, -1, 1, 2, 1, 3, 4)
                            .input(2, -1.4, 1.4, 2, 1, 3, 2)
                            .attribute("mode", mode)
                            .attribute("padding_mode", padding)
                            .attribute("align_corners", corners)
                            .independentRows());
                }
            }
        }
        cases.add(OperatorCase.of("GridSample", "three axes")
                .input(1, -1, 1, 2, 1, 2, 3, 2)
                .input(2, -1.2, 1.2, 2, 1, 2, 2, 3)
                .opset(20));
        return List.copyOf(cases);
    }
}

package dev.qualm.gradient;

import java.util.List;
import java.util.stream.Stream;

/** One network per kind of layer with weights, and per way to apply it. */
final class LayerCases {
    private LayerCases() {}

    static Stream<LayerCase> all() {
        return Stream.of(
                        ConvolutionLayerCases.all(),
                        LinearLayerCases.all(),
                        NormalizationLayerCases.all(),
                        ElementwiseLayerCases.all(),
                        SequenceLayerCases.all(),
                        RecurrentLayerCases.all(),
                        DerivedLayerCases.all())
                .flatMap(List::stream);
    }
}

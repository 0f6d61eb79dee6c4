package dev.qualm.attribution;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.GradientRules;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.Network;
import dev.qualm.network.Structure;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391): the feature maps of one layer, each weighted by its mean gradient, summed, negative
 * parts cut off, enlarged to the input's size by bilinear interpolation. Coarse; says where, not which pixel.
 *
 * <p>The sum over the input's channels is the map; every channel holds the same share of it.
 *
 * @param layer name of the tensor that holds the feature maps, or empty for the last one with two spatial axes
 */
public record GradCam(String layer) implements GraphAttribution {
    @Override
    public String name() {
        return "grad-cam";
    }

    @Override
    public Map<String, Object> parameters() {
        return Map.of("layer", layer.isEmpty() ? "last" : layer);
    }

    @Override
    public double passes() {
        return 2;
    }

    @Override
    public Set<String> taps(Network network) {
        return layer.isEmpty() ? Set.of() : Set.of(layer);
    }

    @Override
    public String write(ReverseContext context) {
        GraphWriter w = context.writer();
        int[] input = w.shape(context.leaf());
        if (input == null || input.length != 4) {
            throw new UnsupportedModelException(
                    "Grad-CAM needs images: expected an input of shape [n, c, h, w], but found "
                            + java.util.Arrays.toString(input));
        }
        String features = layer.isEmpty() ? last(w) : layer;
        int[] shape = w.shape(features);
        if (shape == null || shape.length != 4) {
            throw new UnsupportedModelException(
                    "Grad-CAM needs feature maps: expected a tensor of shape [n, c, h, w] at '" + features
                            + "', but found " + java.util.Arrays.toString(shape));
        }
        String gradient = context.at(context.pass(GradientRules.GRADIENT), features);
        String weights = w.node("GlobalAveragePool", gradient);
        String weighted = w.node("Mul", features, weights);
        String axis = w.constant("axis", Array.of(new long[] {1}, 1));
        String sum = w.node("ReduceSum", List.of(weighted, axis), Attributes.NONE.with("keepdims", 1L));
        String positive = w.node("Relu", sum);
        String large = w.own("ResizeLike", positive, context.leaf());
        String shared = w.node("Div", large, w.number(input[1]));
        List<String> channels = new ArrayList<>();
        for (int c = 0; c < input[1]; c++) {
            channels.add(shared);
        }
        return input[1] == 1 ? shared : w.node("Concat", channels, Attributes.NONE.with("axis", 1L));
    }

    private static String last(GraphWriter w) {
        String found = "";
        for (Node n : w.graph().nodes()) {
            int[] shape = w.shape(n.output());
            boolean map = shape != null && shape.length == 4 && shape[2] * shape[3] > 1;
            if (map && (Structure.isActivation(n.op()) || n.op().equals("Conv") || n.op().equals("Add"))) {
                found = n.output();
            }
        }
        if (found.isEmpty()) {
            throw new UnsupportedModelException("Grad-CAM found no feature maps of shape [n, c, h, w]; name a layer");
        }
        return found;
    }
}

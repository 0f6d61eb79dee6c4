package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import dev.qualm.network.onnx.OnnxWriter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small models and images made on the spot. */
final class TestModels {
    private TestModels() {}

    static Graph cnn(int channels, int side, int classes) {
        return NetworkBuilder.input("input", channels, side, side)
                .seed(1)
                .conv("conv1", 4, 3, 1, 1)
                .batchNorm("bn1")
                .relu("relu1")
                .maxPool("pool1", 2, 2)
                .flatten("features")
                .linear("logits", classes)
                .build();
    }

    static Graph mlp(int columns, int classes) {
        return NetworkBuilder.input("input", columns)
                .seed(1)
                .linear("fc1", 8)
                .relu("relu1")
                .linear("logits", classes)
                .build();
    }

    /** Token numbers {@code [n, 3]} to 4 logits: an embedding of 10 tokens, flattened, and a linear layer. */
    static Graph tokens() {
        return graph(
                List.of(new ValueInfo("ids", ElementType.INT64, List.of(ValueInfo.Dim.of(-1), ValueInfo.Dim.of(3)))),
                List.of(
                        Node.of("embedded", "Gather", List.of("table", "ids"), Attributes.NONE),
                        Node.of("flat", "Flatten", List.of("embedded"), Attributes.NONE),
                        Node.of("logits", "MatMul", List.of("flat", "w"), Attributes.NONE)),
                Map.of("table", random(10, 2), "w", random(6, 4)),
                ValueInfo.floats("logits", -1, 4));
    }

    /** A linear layer behind an operator, float {@code [n, 4]} to {@code [n, classes]}. */
    static Graph behind(String domain, String op, int classes) {
        return graph(
                List.of(ValueInfo.floats("input", -1, 4)),
                List.of(
                        new Node("first", domain, op, List.of("input"), List.of("a"), Attributes.NONE),
                        Node.of("logits", "MatMul", List.of("a", "w"), Attributes.NONE)),
                Map.of("w", random(4, classes)),
                ValueInfo.floats("logits", -1, classes));
    }

    /**
     * As an exporter leaves it that saw one sample: {@code [1, 2, 2]}, reshaped to {@code [1, 4]}, to 3 probabilities.
     */
    static Graph oneAtATime() {
        return graph(
                List.of(ValueInfo.floats("input", 1, 2, 2)),
                List.of(
                        Node.of("flat", "Reshape", List.of("input", "shape"), Attributes.NONE),
                        Node.of("logits", "MatMul", List.of("flat", "w"), Attributes.NONE),
                        Node.of("p", "Softmax", List.of("logits"), Attributes.NONE)),
                Map.of("w", random(4, 3), "shape", Array.of(new long[] {1, 4}, 2)),
                ValueInfo.floats("p", 1, 3));
    }

    static Graph graph(List<ValueInfo> inputs, List<Node> nodes, Map<String, Array> weights, ValueInfo output) {
        return new Graph("test", Map.of("", 17L, "com.acme", 1L), inputs, List.of(output), nodes, weights);
    }

    static Array random(int... shape) {
        Random random = new Random(Array.size(shape));
        float[] values = new float[Array.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Array.of(values, shape);
    }

    static Path write(Graph graph, Path file) {
        OnnxWriter.write(graph, file);
        return file;
    }

    /** A PNG of random pixels, grey or RGB. */
    static Path image(Path file, int width, int height, boolean colour, long seed) {
        BufferedImage image =
                new BufferedImage(width, height, colour ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_BYTE_GRAY);
        Random random = new Random(seed);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, random.nextInt(1 << 24));
        }
        try {
            ImageIO.write(image, "png", file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** Bytes {@code [n, side, side]}: class k has bright rows from k on; easy to learn. */
    static Array stripes(int n, int side, int classes, int[] labels) {
        Random random = new Random(3);
        byte[] pixels = new byte[n * side * side];
        for (int i = 0; i < n; i++) {
            labels[i] = i % classes;
            for (int p = 0; p < side * side; p++) {
                boolean bright = p / side / 2 == labels[i];
                pixels[i * side * side + p] = (byte) ((bright ? 180 : 20) + random.nextInt(60));
            }
        }
        return Array.ofUnsigned(pixels, n, side, side);
    }

    /** What a model of grey images answers to bytes {@code [n, h, w]}, so that there is something to break. */
    static int[] answers(Path model, Array bytes, int classes) {
        double[] x = bytes.toDoubles().clone();
        for (int i = 0; i < x.length; i++) {
            x[i] /= 255;
        }
        try (Network network = Network.load(model)) {
            Array z = network.logits(
                    Array.of(x, bytes.dim(0), 1, bytes.dim(1), bytes.dim(2)).asFloat32());
            int[] labels = new int[bytes.dim(0)];
            for (int i = 0; i < labels.length; i++) {
                for (int k = 1; k < classes; k++) {
                    labels[i] = z.get(classes * i + k) > z.get(classes * i + labels[i]) ? k : labels[i];
                }
            }
            return labels;
        }
    }
}

package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Four classes of 32 features, each class with eight of its own that are large; one in eight items lies between two classes, and its label
 * is either. Outliers have a few features of every class. The network is a rectifier and a linear layer that adds each class's features.
 * Before, it lays them out as a map of eight channels and four positions, and back: there, a class has two channels of its own at each
 * position, so that no pattern of channels and positions alone makes up most of it, while what the outliers have lies in one position.
 */
final class Planted {
    static final int CLASSES = 4;
    static final int FEATURES = 32;
    private static final int OWN = FEATURES / CLASSES;
    private static final int POSITIONS = FEATURES / OWN;

    private Planted() {}

    /** How a detector is written that suits the problem: the inputs are no images, and the network has four units in one layer. */
    static String text(String name) {
        return switch (name) {
            case "rankfeat" -> "rankfeat:layer=map";
            case "squeeze" -> "squeeze:bits=1:median=0:high=2.4";
            case "lcr" -> "lcr:operator=gaussian-fuzz-multiplicative:mutants=20:rate=0.5";
            default -> name;
        };
    }

    static Network network() {
        Graph graph = NetworkBuilder.input("x", FEATURES)
                .seed(1)
                .relu("features")
                .linear("fc", CLASSES)
                .build();
        Map<String, Array> weights = new HashMap<>();
        for (Map.Entry<String, Array> w : graph.initializers().entrySet()) {
            Array a = w.getValue();
            double[] values = new double[a.size()];
            for (int i = 0; i < values.length && a.rank() == 2; i++) {
                boolean classesFirst = a.dim(0) == CLASSES;
                int c = classesFirst ? i / FEATURES : i % CLASSES;
                int j = classesFirst ? i % FEATURES : i / CLASSES;
                // Not quite the same for all classes, as learnt weights are not.
                values[i] = j / OWN == c ? 0.25 + 0.01 * c + 0.002 * j : 0.001 * ((3 * j + 5 * c) % 7);
            }
            for (int c = 0; c < values.length && a.rank() == 1; c++) {
                values[c] = 0.05 * c;
            }
            weights.put(w.getKey(), Array.of(values, a.shape()).asFloat32());
        }
        return Network.of(mapped(graph.withInitializers(weights)), Precision.FLOAT64);
    }

    private static Graph mapped(Graph graph) {
        long[] there = new long[FEATURES];
        long[] back = new long[FEATURES];
        for (int j = 0; j < FEATURES; j++) {
            int position = j % OWN / 2;
            int channel = (2 * (j / OWN) + j % 2 + 2 * position) % OWN;
            back[j] = channel * POSITIONS + position;
            there[(int) back[j]] = j;
        }
        Attributes columns = new Attributes(Map.of("axis", 1L));
        List<Node> nodes = new ArrayList<>(List.of(
                Node.of("laid out", "Gather", List.of("x", "there"), columns),
                Node.of("map", "Reshape", List.of("laid out", "map shape"), Attributes.NONE),
                Node.of("vector", "Reshape", List.of("map", "vector shape"), Attributes.NONE),
                Node.of("again", "Gather", List.of("vector", "back"), columns)));
        graph.nodes().forEach(n -> nodes.add(n.inputs().contains("x") ? n.withInputs(List.of("again")) : n));
        return graph.withInitializers(Map.of(
                        "there", Array.of(there, FEATURES),
                        "back", Array.of(back, FEATURES),
                        "map shape", Array.of(new long[] {0, OWN, POSITIONS}, 3),
                        "vector shape", Array.of(new long[] {0, FEATURES}, 2)))
                .withNodes(nodes);
    }

    /** Ordinary items with labels. */
    static Dataset ordinary(int n, long seed) {
        return items(n, seed, true);
    }

    /** Ordinary items of which none lies between classes. */
    static Dataset clear(int n, long seed) {
        return items(n, seed, false);
    }

    private static Dataset items(int n, long seed, boolean ambiguous) {
        Random random = new Random(seed);
        double[] x = new double[n * FEATURES];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            int a = i % CLASSES;
            int b = ambiguous && random.nextInt(8) == 0 ? (a + 1) % CLASSES : a;
            double share = a == b ? 1 : 0.35 + 0.3 * random.nextDouble();
            labels[i] = random.nextBoolean() ? a : b;
            for (int j = 0; j < FEATURES; j++) {
                double mean = (j / OWN == a ? 3 * share : 0) + (j / OWN == b ? 3 * (1 - share) : 0);
                x[i * FEATURES + j] = mean + 0.3 * random.nextGaussian();
            }
        }
        return Dataset.of(Array.of(x, n, FEATURES), Layout.NCHW, labels);
    }

    static Dataset outliers(int n, long seed) {
        Random random = new Random(seed);
        double[] x = new double[n * FEATURES];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i % OWN < 2 ? 1.3 : 0) + 0.3 * random.nextGaussian();
        }
        return Dataset.of(Array.of(x, n, FEATURES), Layout.NCHW, null);
    }

    /** All detectors, written so that they suit the problem. */
    static List<Detector> detectors() {
        return Detectors.names().stream().map(n -> Detectors.parse(text(n))).toList();
    }

    /** What is read of items for all detectors. */
    static Readings readings(Network network, Dataset data) {
        return DetectorFit.read(network, data.all(), data.labelled() ? data.labels() : null, detectors());
    }
}

package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.nio.file.Path;
import java.util.List;

/** A trained network with reference results, from the test resources. */
final class GoldenNet implements AutoCloseable {
    static final List<String> NAMES =
            List.of("n1-fmnist-cnn", "n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn", "n5-rgb-seq");

    final Network network;
    final Array input;
    private final Path folder;

    private GoldenNet(Path folder, Precision precision) {
        this.folder = folder;
        network = Network.load(folder.resolve("model.onnx"), precision);
        try (Npz io = Npz.open(folder.resolve("io.npz"))) {
            input = io.read("input");
        }
    }

    static GoldenNet load(String name, Precision precision) {
        return new GoldenNet(Path.of("src", "test", "resources", "golden", name), precision);
    }

    /** The reference results of one method. */
    Npz results(String file) {
        return Npz.open(folder.resolve(file));
    }

    @Override
    public void close() {
        network.close();
    }
}

package dev.qualm.testkit;

import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Map;

/** The reference networks and values in the test resources; {@code golden/README.md} describes them. */
public final class Golden {
    private Golden() {}

    /** A file below {@code golden/}, for example {@code n1-fmnist-cnn/io.npz}. */
    public static Path path(String name) {
        URL url = Golden.class.getResource("/golden/" + name);
        if (url == null) {
            throw new AssertionError("There is no test resource golden/" + name);
        }
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** All arrays of an npz file below {@code golden/}. */
    public static Map<String, Array> arrays(String name) {
        try (Npz npz = Npz.open(path(name))) {
            return npz.readAll();
        }
    }

    /** The network of a folder below {@code golden/}. */
    public static Network network(String folder, Precision precision) {
        return Network.load(path(folder + "/model.onnx"), precision);
    }
}

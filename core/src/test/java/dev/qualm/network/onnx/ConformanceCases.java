package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.qualm.array.Array;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The test data of the ONNX project as the package libonnx-testdata installs it: a model, its inputs, its outputs. */
final class ConformanceCases {
    static final List<String> GROUPS = List.of("node", "simple", "pytorch-operator", "pytorch-converted");

    private static final Path ROOT = Path.of("/usr/share/libonnx-testdata/data");

    private ConformanceCases() {}

    /** One case: a folder with {@code model.onnx} and {@code test_data_set_0}. */
    record Case(String group, Path folder) {
        String name() {
            return group + "/" + folder.getFileName();
        }

        Path model() {
            return folder.resolve("model.onnx");
        }

        List<Array> inputs() throws IOException {
            return tensors("input_");
        }

        List<Array> outputs() throws IOException {
            return tensors("output_");
        }

        private List<Array> tensors(String prefix) throws IOException {
            List<Array> out = new ArrayList<>();
            for (int i = 0; ; i++) {
                Path file = folder.resolve("test_data_set_0").resolve(prefix + i + ".pb");
                if (!Files.exists(file)) {
                    return out;
                }
                out.add(TensorProtos.toArray(
                        TensorProto.parseFrom(Files.readAllBytes(file)), null, file.toString()));
            }
        }
    }

    /** Skips the calling test where the package is not installed. */
    static void assumeInstalled() {
        Assumptions.assumeTrue(
                Files.isDirectory(ROOT.resolve("node")),
                "ONNX conformance data not found in " + ROOT + "; install the Debian package libonnx-testdata");
    }

    static List<Case> all() {
        assumeInstalled();
        return GROUPS.stream().flatMap(g -> group(g).stream()).toList();
    }

    private static List<Case> group(String group) {
        try (Stream<Path> folders = Files.list(ROOT.resolve(group))) {
            return folders.filter(f -> Files.exists(f.resolve("model.onnx")))
                    .sorted()
                    .map(f -> new Case(group, f))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

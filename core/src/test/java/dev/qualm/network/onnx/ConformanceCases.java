package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.qualm.array.Array;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.ValueInfo;
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

        List<Array> inputs(List<ValueInfo> declared) throws IOException {
            return tensors("input_", declared);
        }

        List<Array> outputs(List<ValueInfo> declared) throws IOException {
            return tensors("output_", declared);
        }

        private List<Array> tensors(String prefix, List<ValueInfo> declared) throws IOException {
            List<Array> out = new ArrayList<>();
            for (int i = 0; ; i++) {
                Path file = folder.resolve("test_data_set_0").resolve(prefix + i + ".pb");
                if (!Files.exists(file)) {
                    return out;
                }
                TensorProto.Builder t = TensorProto.parseFrom(Files.readAllBytes(file)).toBuilder();
                // NumPy has no bfloat16: the package stores such tensors as the integers of their bits.
                if (i < declared.size()
                        && declared.get(i).type() == ElementType.BFLOAT16
                        && t.getDataType() == ElementType.UINT16.code()) {
                    t.setDataType(ElementType.BFLOAT16.code());
                }
                out.add(TensorProtos.toArray(t.build(), null, file.toString()));
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

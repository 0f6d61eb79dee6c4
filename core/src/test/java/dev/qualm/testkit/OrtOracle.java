package dev.qualm.testkit;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.qualm.array.Array;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What ONNX Runtime computes from a model: an independent opinion on forward values. */
public final class OrtOracle {
    private OrtOracle() {}

    /** Runs a model file, external data included unless hidden tensors are asked for. */
    public static Map<String, Array> run(Path model, Map<String, Array> feeds, List<String> fetch) {
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(model.toString(), options())) {
            if (session.getOutputNames().containsAll(fetch)) {
                return run(session, feeds, fetch);
            }
            return run(Files.readAllBytes(model), feeds, fetch);
        } catch (OrtException e) {
            throw new AssertionError("ONNX Runtime: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a model from memory.
     *
     * @param fetch names of outputs or of hidden tensors; hidden ones are made outputs for the run
     */
    public static Map<String, Array> run(byte[] model, Map<String, Array> feeds, List<String> fetch) {
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(exposing(model, fetch), options())) {
            return run(session, feeds, fetch);
        } catch (OrtException e) {
            throw new AssertionError("ONNX Runtime: " + e.getMessage(), e);
        }
    }

    /** One thread that sleeps when it has nothing to do: other tests share the machine. */
    private static OrtSession.SessionOptions options() throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(1);
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    private static byte[] exposing(byte[] model, List<String> fetch) {
        try {
            ModelProto.Builder m = ModelProto.parseFrom(model).toBuilder();
            GraphProto.Builder graph = m.getGraphBuilder();
            Set<String> outputs = new HashSet<>();
            graph.getOutputList().forEach(o -> outputs.add(o.getName()));
            for (String name : fetch) {
                if (outputs.add(name)) {
                    graph.addOutput(ValueInfoProto.newBuilder().setName(name));
                }
            }
            return m.build().toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Array> run(OrtSession session, Map<String, Array> feeds, List<String> fetch)
            throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            for (Map.Entry<String, NodeInfo> e : session.getInputInfo().entrySet()) {
                Array given = feeds.get(e.getKey());
                if (given != null) {
                    OnnxJavaType type = ((TensorInfo) e.getValue().getInfo()).type;
                    inputs.put(e.getKey(), tensor(given, type));
                }
            }
            try (OrtSession.Result result = session.run(inputs, new HashSet<>(fetch))) {
                Map<String, Array> out = new LinkedHashMap<>();
                for (String name : fetch) {
                    out.put(name, array((OnnxTensor) result.get(name).orElseThrow()));
                }
                return out;
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(Array a, OnnxJavaType type) throws OrtException {
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        long[] shape = Arrays.stream(a.shape()).asLongStream().toArray();
        return switch (type) {
            case FLOAT -> OnnxTensor.createTensor(env, FloatBuffer.wrap(a.toFloats()), shape);
            case DOUBLE -> OnnxTensor.createTensor(env, DoubleBuffer.wrap(a.toDoubles()), shape);
            case INT64 -> OnnxTensor.createTensor(env, LongBuffer.wrap(a.toLongs()), shape);
            case INT32 -> OnnxTensor.createTensor(env, IntBuffer.wrap((int[]) a.data()), shape);
            case INT16 -> OnnxTensor.createTensor(env, ShortBuffer.wrap((short[]) a.data()), shape);
            case INT8, UINT8 -> OnnxTensor.createTensor(env, direct(a.bytes()), shape, type);
            case BOOL -> {
                byte[] bits = new byte[a.size()];
                for (int i = 0; i < bits.length; i++) {
                    bits[i] = (byte) a.get(i);
                }
                yield OnnxTensor.createTensor(env, direct(bits), shape, type);
            }
            default -> throw new AssertionError("Inputs of type " + type + " are not fed by any test");
        };
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length)
                .order(ByteOrder.nativeOrder())
                .put(bytes)
                .flip();
    }

    private static Array array(OnnxTensor t) {
        int[] shape =
                Arrays.stream(t.getInfo().getShape()).mapToInt(Math::toIntExact).toArray();
        int n = Array.size(shape);
        switch (t.getInfo().type) {
            case FLOAT -> {
                float[] out = new float[n];
                t.getFloatBuffer().get(out);
                return Array.of(out, shape);
            }
            case DOUBLE -> {
                double[] out = new double[n];
                t.getDoubleBuffer().get(out);
                return Array.of(out, shape);
            }
            case INT64 -> {
                long[] out = new long[n];
                t.getLongBuffer().get(out);
                return Array.of(out, shape);
            }
            case INT32 -> {
                int[] out = new int[n];
                t.getIntBuffer().get(out);
                return Array.of(out, shape);
            }
            case BOOL -> {
                boolean[] out = new boolean[n];
                ByteBuffer bytes = t.getByteBuffer();
                for (int i = 0; i < n; i++) {
                    out[i] = bytes.get() != 0;
                }
                return Array.of(out, shape);
            }
            case INT8, UINT8 -> {
                byte[] out = new byte[n];
                t.getByteBuffer().get(out);
                return t.getInfo().type == OnnxJavaType.UINT8 ? Array.ofUnsigned(out, shape) : Array.of(out, shape);
            }
            default -> throw new AssertionError("Outputs of type " + t.getInfo().type + " are not fetched by any test");
        }
    }
}

package dev.qualm.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.qualm.array.Array;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.onnx.OnnxWriter;
import java.nio.FloatBuffer;
import java.util.Map;

/** The same graph and weights in ONNX Runtime, from a Java array to a Java array, all optimisations on. */
final class OrtModel implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final String input;

    /**
     * @param threads intra-op threads
     * @param spinning whether idle threads wait for work in a busy loop
     */
    OrtModel(Graph graph, int threads, boolean spinning) {
        input = graph.inputs().get(0).name();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.addConfigEntry("session.intra_op.allow_spinning", spinning ? "1" : "0");
            session = environment.createSession(OnnxWriter.toBytes(graph), options);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    Array logits(Array batch) {
        long[] shape = java.util.Arrays.stream(batch.shape()).asLongStream().toArray();
        try (OnnxTensor x = OnnxTensor.createTensor(environment, FloatBuffer.wrap(batch.floats()), shape);
                OrtSession.Result result = session.run(Map.of(input, x))) {
            OnnxTensor y = (OnnxTensor) result.get(0);
            FloatBuffer values = y.getFloatBuffer();
            float[] out = new float[values.remaining()];
            values.get(out);
            return Array.of(out, batch.dim(0), out.length / batch.dim(0));
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.qualm.network;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.qualm.EngineException;
import dev.qualm.QualmException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.ValueInfo;
import dev.qualm.network.onnx.OnnxWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A network's forward pass in ONNX Runtime, for scores that need no gradient. Values are those of the network up to rounding in single
 * precision. Needs {@code com.microsoft.onnxruntime:onnxruntime} on the class path, an optional dependency.
 *
 * <p>Close it after the last run, and before the network or after it, as you like: it does not use the network once made.
 */
/*
 * Inner tensors are read by making them outputs of the graph, which keeps ONNX Runtime from fusing across them; so there is a session
 * for each set of tensors that is asked for, made the first time. Sessions are made on a thread of their own with a large stack: on processors
 * with very large caches the library takes more of it there than the main thread of a JVM has.
 */
public final class OnnxRuntime implements Forward, AutoCloseable {
    private static final String ARTIFACT = "com.microsoft.onnxruntime:onnxruntime";
    private static final long STACK = 64L << 20;

    private final Graph graph;
    private final int threads;
    private final Map<Set<String>, OrtSession> sessions = new HashMap<>();
    /** Held shared by runs: nothing is closed under them. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    private boolean closed;

    private OnnxRuntime(Graph graph, int threads) {
        this.graph = graph;
        this.threads = threads;
    }

    /** For a network, each run on the calling thread alone. */
    public static OnnxRuntime of(Network network) {
        return of(network, 1);
    }

    /**
     * For a network in single precision.
     *
     * @param threads that one run uses
     * @throws QualmException if ONNX Runtime is not on the class path, or the network is not in single precision
     */
    public static OnnxRuntime of(Network network, int threads) {
        if (network.precision() != Precision.FLOAT32) {
            throw new QualmException("ONNX Runtime runs networks in FLOAT32, but this one is in " + network.precision()
                    + "; leave ONNX Runtime out");
        }
        if (threads < 1) {
            throw new QualmException("Expected at least one thread, but found " + threads);
        }
        try {
            OrtEnvironment.getEnvironment();
        } catch (NoClassDefFoundError | ExceptionInInitializerError | UnsatisfiedLinkError e) {
            throw new QualmException(
                    "ONNX Runtime is not on the class path or cannot be loaded (" + e.getMessage() + "). Add "
                            + ARTIFACT + ", or leave it out: the network itself computes the same",
                    e);
        }
        return new OnnxRuntime(network.graph(), threads);
    }

    @Override
    public Map<String, Array> run(Map<String, Array> feeds, Collection<String> wanted) {
        lock.readLock().lock();
        try {
            return runOpen(feeds, new LinkedHashSet<>(wanted));
        } finally {
            lock.readLock().unlock();
        }
    }

    private Map<String, Array> runOpen(Map<String, Array> feeds, Set<String> names) {
        OrtSession session = session(names);
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        try {
            for (ValueInfo in : graph.inputs()) {
                if (session.getInputNames().contains(in.name())) {
                    Array given = feeds.get(in.name());
                    if (given == null) {
                        throw new QualmException("Input '" + in.name() + "' is missing: expected " + graph.inputs()
                                + ", but found " + feeds.keySet());
                    }
                    inputs.put(in.name(), tensor(InputCheck.check(in, given, Precision.FLOAT32)));
                }
            }
            try (OrtSession.Result result = session.run(inputs, names)) {
                Map<String, Array> out = new LinkedHashMap<>();
                for (String name : names) {
                    out.put(name, array(name, (OnnxTensor) result.get(name).orElseThrow()));
                }
                return out;
            }
        } catch (OrtException e) {
            throw new EngineException("ONNX Runtime failed: " + e.getMessage(), e);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private OrtSession session(Set<String> wanted) {
        synchronized (sessions) {
            if (closed) {
                throw new QualmException("This ONNX Runtime is closed; make another");
            }
            OrtSession found = sessions.get(wanted);
            if (found == null) {
                found = onLargeStack(() -> open(wanted));
                sessions.put(Set.copyOf(wanted), found);
            }
            return found;
        }
    }

    private OrtSession open(Set<String> wanted) throws OrtException {
        Map<String, ValueInfo> declared = new HashMap<>();
        graph.outputs().forEach(o -> declared.put(o.name(), o));
        List<ValueInfo> outputs = new ArrayList<>();
        for (String name : wanted) {
            ValueInfo own = declared.get(name);
            outputs.add(own != null ? own : new ValueInfo(name, ElementType.FLOAT, null));
        }
        Graph exposed = new Graph(
                        graph.name(), graph.opsets(), graph.inputs(), outputs, graph.nodes(), graph.initializers())
                .prune(wanted);
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            return OrtEnvironment.getEnvironment().createSession(OnnxWriter.toBytes(exposed), options);
        }
    }

    /** Work that may fail as the library does. */
    private interface Opening {
        OrtSession open() throws OrtException;
    }

    private static OrtSession onLargeStack(Opening work) {
        FutureTask<OrtSession> task = new FutureTask<>(work::open);
        Thread thread = new Thread(null, task, "qualm-onnx-runtime", STACK);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("Interrupted while ONNX Runtime opened the model", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof QualmException q) {
                throw q;
            }
            throw new UnsupportedModelException(
                    "ONNX Runtime cannot run this model: " + e.getCause() + "; leave ONNX Runtime out", e);
        }
    }

    private static OnnxTensor tensor(Array a) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        long[] shape = Arrays.stream(a.shape()).asLongStream().toArray();
        return switch (a.dtype()) {
            case FLOAT32 -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(a.floats()), shape);
            case INT64 -> OnnxTensor.createTensor(environment, LongBuffer.wrap(a.longs()), shape);
            case INT32 -> OnnxTensor.createTensor(environment, IntBuffer.wrap((int[]) a.data()), shape);
            case BOOL, UINT8, INT8 -> OnnxTensor.createTensor(environment, bytes(a), shape, type(a.dtype()));
            default ->
                throw new QualmException("Inputs of type " + a.dtype() + " cannot be given to ONNX Runtime here;"
                        + " leave ONNX Runtime out");
        };
    }

    private static OnnxJavaType type(DType dtype) {
        return switch (dtype) {
            case BOOL -> OnnxJavaType.BOOL;
            case UINT8 -> OnnxJavaType.UINT8;
            default -> OnnxJavaType.INT8;
        };
    }

    private static ByteBuffer bytes(Array a) {
        ByteBuffer out = ByteBuffer.allocateDirect(a.size()).order(ByteOrder.nativeOrder());
        for (int i = 0; i < a.size(); i++) {
            out.put((byte) a.get(i));
        }
        return out.flip();
    }

    private static Array array(String name, OnnxTensor t) {
        int[] shape =
                Arrays.stream(t.getInfo().getShape()).mapToInt(Math::toIntExact).toArray();
        @Nullable FloatBuffer floats = t.getFloatBuffer();
        if (floats == null) {
            throw new QualmException(
                    "Expected floats as '" + name + "', but found " + t.getInfo() + "; leave ONNX Runtime out");
        }
        float[] out = new float[floats.remaining()];
        floats.get(out);
        return Array.of(out, shape);
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            for (OrtSession session : sessions.values()) {
                session.close();
            }
            sessions.clear();
        } catch (OrtException e) {
            throw new EngineException("ONNX Runtime could not close a session: " + e.getMessage(), e);
        } finally {
            lock.writeLock().unlock();
        }
    }
}

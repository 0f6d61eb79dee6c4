package dev.qualm.network.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.TensorLimit;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.ValueInfo;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files give a clear error or a network that works or says why not; never anything else. */
class HostileOnnxTest {
    private static final int FILES = 10_000;

    /** Elements of zeros that a damaged network is fed at most. */
    private static final int MOST_INPUT = 20_000;

    /** Reading may allocate this many bytes per byte of the file, ... */
    private static final long PER_BYTE = 40;

    /** ... and this many more. */
    private static final long CONSTANT = 16L << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path folder;

    /** The machine's own limit would let a few files take gigabytes. */
    @BeforeAll
    static void limitTensors() {
        System.setProperty(TensorLimit.PROPERTY, Integer.toString(1 << 22));
    }

    @AfterAll
    static void liftLimit() {
        System.clearProperty(TensorLimit.PROPERTY);
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void read_damagedFiles_errorOrWorkingNetwork() throws IOException {
        Files.write(folder.resolve("weights.bin"), new byte[64]);
        List<byte[]> valid =
                SampleGraphs.all().stream().map(OnnxWriter::toBytes).toList();
        List<String> wrong = new ArrayList<>();
        int refused = 0;
        int ran = 0;
        for (int seed = 0; seed < FILES && wrong.size() < 20; seed++) {
            byte[] file = Damage.make(valid.get(seed % valid.size()), seed);
            try {
                Graph graph = readWithinBounds(file, "file " + seed);
                run(graph);
                ran++;
            } catch (QualmException e) {
                refused++;
                assertThat(e.getMessage()).as("file " + seed).isNotBlank();
            } catch (Throwable e) {
                StackTraceElement[] at = e.getStackTrace();
                wrong.add("file " + seed + ": " + e + (at.length > 0 ? " at " + at[0] : ""));
            }
        }
        assertThat(wrong).isEmpty();
        // Neither harmless nor hopeless: both ways are tested.
        assertThat(refused).isGreaterThan(FILES / 2);
        assertThat(ran).isGreaterThan(FILES / 20);
    }

    private Graph readWithinBounds(byte[] file, String name) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            return Network.reader().read(file, folder, name);
        } finally {
            long used = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertThat(used).as(name + ", " + file.length + " bytes").isLessThan(CONSTANT + PER_BYTE * file.length);
        }
    }

    private static void run(Graph graph) {
        Map<String, Array> feeds = new HashMap<>();
        for (ValueInfo in : graph.inputs()) {
            int[] shape = new int[Math.max(0, in.rank())];
            long size = 1;
            for (int i = 0; i < shape.length; i++) {
                long d = Math.max(1, in.dim(i));
                size = Math.min(size * Math.min(d, MOST_INPUT + 1), MOST_INPUT + 1);
                shape[i] = (int) Math.min(d, MOST_INPUT + 1);
            }
            if (size > MOST_INPUT) {
                return; // asks for more than this test wants to give
            }
            DType dtype = in.type().dtype();
            feeds.put(in.name(), Array.zeros(dtype == null ? DType.FLOAT32 : dtype, shape));
        }
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            network.run(feeds, graph.outputs().stream().map(ValueInfo::name).toList());
        }
    }
}

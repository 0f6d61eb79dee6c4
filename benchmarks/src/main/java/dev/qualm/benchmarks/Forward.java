package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Sweep;
import dev.qualm.network.engine.Precision;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Forward pass and input gradient of one batch, as an entry for profilers; {@link ForwardRatios} compares. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class Forward {
    @Param({"ResNet20", "MobileNet"})
    public String network = "ResNet20";

    @Param({"1", "16"})
    public int batch = 1;

    private Network model = Network.of(ResNet20.graph(1), Precision.FLOAT32);
    private Array images = Images.normal(1);
    private Array cotangent = Images.ones(1);

    @Setup
    public void load() {
        model.close();
        model = Network.of(network.equals("ResNet20") ? ResNet20.graph(1) : MobileNet.graph(1), Precision.FLOAT32);
        images = Images.normal(batch);
        cotangent = Images.ones(batch);
    }

    @Benchmark
    public Array forward() {
        return model.logits(images);
    }

    @Benchmark
    public Array inputGradient() {
        try (Sweep sweep = Sweep.of(model, images)) {
            return sweep.gradient(cotangent);
        }
    }

    @TearDown
    public void close() {
        model.close();
    }
}

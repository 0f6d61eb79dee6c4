package dev.qualm.network.engine;

import dev.qualm.EngineException;
import dev.qualm.array.Array;
import org.bytedeco.pytorch.Tensor;

/** A JVM's whole life for {@link EngineLoadingTest}: load the engine, add two numbers, say so. */
public final class EngineProbe {
    private EngineProbe() {}

    public static void main(String[] args) {
        try (NativeScope scope = NativeScope.values()) {
            Tensor one = Tensors.of(Array.of(new double[] {20}, 1), Precision.FLOAT64);
            Tensor two = Tensors.of(Array.of(new double[] {22}, 1), Precision.FLOAT64);
            System.out.println("sum " + Tensors.toArray(one.add(two)).get(0));
        } catch (EngineException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }
}

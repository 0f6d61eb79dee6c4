package dev.qualm.network.engine;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Arrays to native tensors and back; every call copies, so neither side can damage the other. */
public final class Tensors {
    private Tensors() {}

    /** A new tensor with the array's elements, its floating type chosen by {@code precision}. */
    public static Tensor of(Array array, Precision precision) {
        Engine.load();
        ScalarType target = precision.scalarType(array.dtype());
        Tensor t = torch.empty(longs(array.shape()), options(Precision.FLOAT32.scalarType(array.dtype())), noFormat());
        int n = array.size();
        if (n > 0) {
            switch (array.dtype()) {
                case FLOAT32 -> t.data_ptr_float().put(array.floats(), 0, n);
                case FLOAT64 -> t.data_ptr_double().put(array.doubles(), 0, n);
                case INT8, UINT8 -> new BytePointer(t.data_ptr()).put(array.bytes(), 0, n);
                case INT16 -> new ShortPointer(t.data_ptr()).put((short[]) array.data(), 0, n);
                case INT32 -> new IntPointer(t.data_ptr()).put((int[]) array.data(), 0, n);
                case INT64 -> t.data_ptr_long().put(array.longs(), 0, n);
                case BOOL -> new BytePointer(t.data_ptr()).put(bytes((boolean[]) array.data()), 0, n);
            }
        }
        return is(t, target) ? t : t.to(target);
    }

    /** A copy of the tensor's elements in row-major order. */
    public static Array toArray(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            // The engine returns some zero gradients as a shape without memory.
            Tensor t = tensor._is_zerotensor()
                    ? torch.zeros_like(tensor)
                    : tensor.detach().contiguous();
            int[] shape = shape(t);
            int n = Array.size(shape);
            ScalarType type = type(t);
            return switch (type) {
                case Float -> {
                    float[] a = new float[n];
                    if (n > 0) {
                        t.data_ptr_float().get(a, 0, n);
                    }
                    yield Array.of(a, shape);
                }
                case Double -> {
                    double[] a = new double[n];
                    if (n > 0) {
                        t.data_ptr_double().get(a, 0, n);
                    }
                    yield Array.of(a, shape);
                }
                case Long -> {
                    long[] a = new long[n];
                    if (n > 0) {
                        t.data_ptr_long().get(a, 0, n);
                    }
                    yield Array.of(a, shape);
                }
                case Int -> {
                    int[] a = new int[n];
                    if (n > 0) {
                        new IntPointer(t.data_ptr()).get(a, 0, n);
                    }
                    yield Array.of(a, shape);
                }
                case Short -> {
                    short[] a = new short[n];
                    if (n > 0) {
                        new ShortPointer(t.data_ptr()).get(a, 0, n);
                    }
                    yield Array.of(a, shape);
                }
                case Byte -> Array.ofUnsigned(rawBytes(t, n), shape);
                case Char -> Array.of(rawBytes(t, n), shape);
                case Bool -> Array.of(booleans(rawBytes(t, n)), shape);
                default -> throw new ShapeException("Tensors of type " + type + " have no Java array form");
            };
        }
    }

    /** The elements of an integer or boolean tensor, for shape arithmetic. */
    public static long[] toLongs(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor t = tensor.to(ScalarType.Long).contiguous();
            long[] a = new long[(int) t.numel()];
            if (a.length > 0) {
                t.data_ptr_long().get(a, 0, a.length);
            }
            return a;
        }
    }

    /** The dimensions as ints. */
    public static int[] shape(Tensor t) {
        int[] shape = new int[(int) t.dim()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = Math.toIntExact(t.size(i));
        }
        return shape;
    }

    /** The dimensions as longs, as engine calls take them. */
    public static long[] dims(Tensor t) {
        return longs(shape(t));
    }

    public static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }

    /** The element type. Enum values read from the engine are not identical to the constants until interned. */
    public static ScalarType type(Tensor t) {
        return t.scalar_type().intern();
    }

    public static boolean is(Tensor t, ScalarType type) {
        return type(t) == type;
    }

    public static boolean isFloating(Tensor t) {
        ScalarType type = type(t);
        return type == ScalarType.Float || type == ScalarType.Double;
    }

    public static TensorOptions options(ScalarType type) {
        return new TensorOptions(type);
    }

    public static TensorOptions options(DType dtype, Precision precision) {
        return options(precision.scalarType(dtype));
    }

    /** "No memory format asked for", as factories take it. */
    public static MemoryFormatOptional noFormat() {
        return new MemoryFormatOptional();
    }

    private static byte[] rawBytes(Tensor t, int n) {
        byte[] a = new byte[n];
        if (n > 0) {
            new BytePointer(t.data_ptr()).get(a, 0, n);
        }
        return a;
    }

    private static byte[] bytes(boolean[] values) {
        byte[] a = new byte[values.length];
        for (int i = 0; i < a.length; i++) {
            a[i] = (byte) (values[i] ? 1 : 0);
        }
        return a;
    }

    private static boolean[] booleans(byte[] values) {
        boolean[] a = new boolean[values.length];
        for (int i = 0; i < a.length; i++) {
            a[i] = values[i] != 0;
        }
        return a;
    }
}

package dev.qualm.array;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Seeded arrays with every bit pattern, for property tests. */
final class RandomArrays {
    private RandomArrays() {}

    /** Rank 0 to 4; about one in eight has no elements. */
    static int[] shape(Random random) {
        int[] shape = new int[random.nextInt(5)];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(6);
        }
        return shape;
    }

    static Array array(Random random, DType dtype, int... shape) {
        Array array = Array.zeros(dtype, shape);
        for (int i = 0; i < array.size(); i++) {
            switch (dtype) {
                case FLOAT32 -> ((float[]) array.data())[i] = Float.intBitsToFloat(random.nextInt());
                case FLOAT64 -> ((double[]) array.data())[i] = Double.longBitsToDouble(random.nextLong());
                case INT8, UINT8 -> ((byte[]) array.data())[i] = (byte) random.nextInt();
                case INT16 -> ((short[]) array.data())[i] = (short) random.nextInt();
                case INT32 -> ((int[]) array.data())[i] = random.nextInt();
                case INT64 -> ((long[]) array.data())[i] = random.nextLong();
                case BOOL -> ((boolean[]) array.data())[i] = random.nextBoolean();
            }
        }
        return array;
    }

    /** One array of each element type, of random shapes. */
    static List<Array> ofEveryType(Random random) {
        List<Array> arrays = new ArrayList<>();
        for (DType dtype : DType.values()) {
            arrays.add(array(random, dtype, shape(random)));
        }
        return arrays;
    }

    /** The same, named like tensors of a model. */
    static Map<String, Array> named(Random random) {
        Map<String, Array> arrays = new LinkedHashMap<>();
        for (Array array : ofEveryType(random)) {
            arrays.put("/block" + arrays.size() + "/conv:0.weight", array);
        }
        return arrays;
    }
}

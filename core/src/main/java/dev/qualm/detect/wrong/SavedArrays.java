package dev.qualm.detect.wrong;

import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import java.util.Map;

/** Arrays of a saved model, which may be damaged or made up. */
record SavedArrays(String model, Map<String, Array> arrays) {
    /** A copy of an array of floats that must be there, have such a rank and at least one element. */
    double[] doubles(String name, int rank) {
        return array(name, rank).toDoubles().clone();
    }

    Array array(String name, int rank) {
        Array a = arrays.get(name);
        if (a == null || a.rank() != rank || a.size() == 0) {
            throw new UnreadableFileException("Saved model '" + model + "': expected an array '" + name + "' of rank "
                    + rank + " that is not empty, but found " + (a == null ? arrays.keySet() : a));
        }
        return a;
    }
}

package dev.qualm.detect.verdict;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.artifact.Artifact;
import java.util.function.Supplier;

/** Arrays of an artifact, which may be damaged or made up. */
record SavedNumbers(Artifact artifact) {
    /** Turns any complaint about what was read into one about the file. */
    static <T> T read(Supplier<T> made) {
        try {
            return made.get();
        } catch (UnreadableFileException e) {
            throw e;
        } catch (QualmException e) {
            throw new UnreadableFileException("The saved calibration is damaged: " + e.getMessage(), e);
        }
    }

    static void require(boolean valid, String name, String expected, Object found) {
        if (!valid) {
            throw new UnreadableFileException("The saved calibration is damaged: expected " + expected + " as '" + name
                    + "', but found " + found + "; copy the file again, or calibrate again");
        }
    }

    /** A copy of an array of float64 of some rank. */
    double[] doubles(String name, int rank) {
        Array a = artifact.array(name);
        require(a.dtype() == DType.FLOAT64 && a.rank() == rank, name, "float64 of rank " + rank, a);
        return a.toDoubles().clone();
    }

    /** A copy of a list of float64 of a certain length, none of them NaN. */
    double[] doubles(String name, int rank, int length) {
        double[] values = doubles(name, rank);
        require(values.length == length, name, length + " numbers", values.length);
        for (double v : values) {
            require(!Double.isNaN(v), name, "numbers", v);
        }
        return values;
    }

    /** A copy of a list of int64 within bounds. */
    long[] longs(String name, long least, long most) {
        Array a = artifact.array(name);
        require(a.dtype() == DType.INT64 && a.rank() == 1, name, "int64 of rank 1", a);
        long[] values = a.toLongs().clone();
        for (long v : values) {
            require(v >= least && v <= most, name, "integers from " + least + " to " + most, v);
        }
        return values;
    }

    /** Scores in increasing order without NaN. */
    static double[] requireSorted(String name, double[] scores) {
        for (int i = 0; i < scores.length; i++) {
            require(
                    !Double.isNaN(scores[i]) && (i == 0 || scores[i - 1] <= scores[i]),
                    name,
                    "numbers in increasing order",
                    scores[i] + " at " + i);
        }
        return scores;
    }
}

package dev.qualm.attack;

/** The windows that a {@link Square} attack in the L2 ball adds: heavy in the middle of each half, of the opposite sign in the two. */
final class Rings {
    private Rings() {}

    /** Of Euclidean length 1, row-major; the longer axis is cut in two halves. */
    static double[] ring(int rows, int columns) {
        double[] out = new double[rows * columns];
        int half = Math.max(1, columns / 2);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                boolean first = column < half;
                int from = first ? 0 : half;
                int width = first ? half : columns - half;
                out[row * columns + column] = (first ? 1 : -1) * weight(row, rows) * weight(column - from, width);
            }
        }
        double length = length(out);
        for (int k = 0; k < out.length; k++) {
            out[k] /= length;
        }
        return out;
    }

    /* Falls as one over the squared distance, summed over growing windows, as in equation 2 of the paper. */
    private static double weight(int place, int size) {
        int centre = size / 2;
        double sum = 0;
        for (int reach = Math.abs(place - centre); reach <= centre; reach++) {
            sum += 1.0 / ((reach + 1.0) * (reach + 1.0));
        }
        return sum;
    }

    static double length(double[] values) {
        double square = 0;
        for (double v : values) {
            square += v * v;
        }
        return Math.sqrt(square);
    }
}

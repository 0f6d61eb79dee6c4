package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.detect.Evidence;
import java.util.List;
import java.util.function.Function;

/** How a fitted detector scores. Stateless and thread-safe. */
public sealed interface Judge {
    /** From what was read of an item. */
    @FunctionalInterface
    non-sealed interface OfRow extends Judge {
        /**
         * Distrust of one row; what is not finite counts as undefined.
         *
         * @param batch whose other rows are not looked at
         */
        double score(Readings batch, int row);

        /** Distrust of all rows, each what {@link #score} gives, to the last bit. */
        default double[] scores(Readings batch) {
            double[] out = new double[batch.size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = score(batch, i);
            }
            return out;
        }
    }

    /**
     * By comparing each row's direction with all of a bank, the costly part, made for all rows together.
     *
     * @param comparison squared distances or cosines, {@code [rows][bank]}
     * @param after the score, from the row and its comparisons, which it may change
     */
    record ByBank(Function<double[][], double[][]> comparison, After after) implements OfRow {
        /** What becomes of the comparisons. */
        @FunctionalInterface
        interface After {
            double of(Readings batch, int row, double[] compared);
        }

        @Override
        public double score(Readings batch, int row) {
            return after.of(batch, row, comparison.apply(new double[][] {Vectors.unit(batch.features(row))})[0]);
        }

        @Override
        public double[] scores(Readings batch) {
            double[][] units = new double[batch.size()][];
            for (int i = 0; i < units.length; i++) {
                units[i] = Vectors.unit(batch.features(i));
            }
            double[][] compared = comparison.apply(units);
            double[] out = new double[units.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = after.of(batch, i, compared[i]);
            }
            return out;
        }
    }

    /**
     * By products of a matrix with a vector of each row, the costly part, made for all rows together.
     *
     * @param before the vector of a row
     * @param after the score, from the row and its products
     */
    record ByProduct(Matrix matrix, Before before, After after) implements OfRow {
        /** What a matrix is multiplied with. */
        @FunctionalInterface
        interface Before {
            double[] of(Readings batch, int row);
        }

        /** What becomes of the products. */
        @FunctionalInterface
        interface After {
            double of(Readings batch, int row, double[] products);
        }

        @Override
        public double score(Readings batch, int row) {
            return after.of(batch, row, matrix.times(before.of(batch, row)));
        }

        @Override
        public double[] scores(Readings batch) {
            double[][] vectors = new double[batch.size()][];
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = before.of(batch, i);
            }
            double[][] products = matrix.times(vectors);
            double[] out = new double[vectors.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = after.of(batch, i, products[i]);
            }
            return out;
        }
    }

    /** From the network's answers to changed inputs, or of changed networks. */
    @FunctionalInterface
    non-sealed interface OfInput extends Judge {
        /** Distrust per item. */
        double[] score(Evidence evidence);

        /**
         * The inputs that the network is asked about beside the items' own, each {@code [n, ...]}: what an attack on the score has to see.
         * None if the judge does not tell.
         */
        default List<Array> changed(Evidence evidence) {
            return List.of();
        }
    }

    /** A judge of logits alone. */
    static OfRow ofLogits(java.util.function.ToDoubleFunction<double[]> function) {
        return (batch, row) -> function.applyAsDouble(batch.logits(row));
    }
}

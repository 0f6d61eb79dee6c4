package dev.qualm.attribution.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The pieces that an input is removed in: squares of an image's pixels, or single units. */
final class Cells {
    private final int[][] units;

    private Cells(int[][] units) {
        this.units = units;
    }

    /** Squares of {@code side} pixels, cut off at the right and lower edge; single units of features. */
    static Cells squares(Units u, int side) {
        int s = u.image() ? side : 1;
        List<int[]> cells = new ArrayList<>();
        for (int top = 0; top < u.height(); top += s) {
            for (int left = 0; left < u.width(); left += s) {
                int bottom = Math.min(u.height(), top + s);
                int right = Math.min(u.width(), left + s);
                int t = top;
                int l = left;
                int columns = right - left;
                cells.add(IntStream.range(0, (bottom - top) * columns)
                        .map(i -> (t + i / columns) * u.width() + l + i % columns)
                        .toArray());
            }
        }
        return new Cells(cells.toArray(int[][]::new));
    }

    int count() {
        return units.length;
    }

    /** The units of a cell. */
    int[] units(int cell) {
        return units[cell];
    }

    /** Cells by falling sum of relevance, equal ones in random order. */
    int[] falling(double[] relevance, Draws draws) {
        double[] sums = new double[count()];
        for (int c = 0; c < sums.length; c++) {
            for (int unit : units[c]) {
                sums[c] += relevance[unit];
            }
        }
        return Arrays.stream(draws.subset(count(), count()))
                .boxed()
                .sorted(Comparator.comparingDouble((Integer c) -> -sums[c] + 0.0))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The same order backwards. */
    static int[] reversed(int[] order) {
        return IntStream.range(0, order.length)
                .map(i -> order[order.length - 1 - i])
                .toArray();
    }
}

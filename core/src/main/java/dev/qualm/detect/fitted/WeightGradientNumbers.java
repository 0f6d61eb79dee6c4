package dev.qualm.detect.fitted;

import dev.qualm.detect.Evidence;
import dev.qualm.detect.Work;
import dev.qualm.gradient.GradientMetrics;
import java.util.Arrays;
import java.util.List;

/** Max, min, mean, deviation and norms 1 and 2 of an item's weight gradient, pseudo-label cross-entropy. */
record WeightGradientNumbers() implements Quantity {
    /** In order of the columns. */
    static final List<String> COLUMNS = List.of("max", "min", "mean", "std", "norm_1", "norm_2");

    @Override
    public String name() {
        return "numbers of weight gradients";
    }

    @Override
    public List<Work> work(int classes) {
        return List.of(Work.weightGradients());
    }

    @Override
    public Rows read(Evidence evidence) {
        GradientMetrics.Result found = evidence.metrics();
        int n = evidence.size();
        double[][] values = new double[n][COLUMNS.size()];
        for (int c = 0; c < COLUMNS.size(); c++) {
            double[] column = found.column("network." + COLUMNS.get(c));
            for (int i = 0; i < n; i++) {
                values[i][c] = column[i];
            }
        }
        for (int i = 0; i < n; i++) {
            if (!found.status().get(i).isOk()) {
                Arrays.fill(values[i], Double.NaN);
            }
        }
        return new Rows(values, new int[] {COLUMNS.size()});
    }
}

package dev.qualm.detect.fitted;

/** Sums of a quantity by class over the items that are predicted right; of all by predicted class where classes are unknown. */
final class ClassProfile implements Statistic<ClassProfile> {
    /** Of a quantity. */
    record Of(Quantity quantity) implements Need<ClassProfile> {
        @Override
        public ClassProfile empty(Site site) {
            return new ClassProfile(quantity.name(), site.classes());
        }

        @Override
        public Class<ClassProfile> type() {
            return ClassProfile.class;
        }
    }

    private final String quantity;
    private final double[][] sums;
    private final double[] counts;

    private ClassProfile(String quantity, int classes) {
        this.quantity = quantity;
        sums = new double[classes][0];
        counts = new double[classes];
    }

    @Override
    public void add(Readings batch) {
        double[][] rows = batch.quantity(quantity).values();
        for (int i = 0; i < batch.size(); i++) {
            if (batch.labelOrPrediction(i) == batch.prediction(i) && Vectors.finite(rows[i])) {
                add(batch.prediction(i), rows[i], 1);
            }
        }
    }

    private void add(int cls, double[] row, double count) {
        if (sums[cls].length == 0) {
            sums[cls] = new double[row.length];
        }
        counts[cls] += count;
        for (int j = 0; j < row.length; j++) {
            sums[cls][j] += row[j];
        }
    }

    @Override
    public void merge(ClassProfile other) {
        for (int c = 0; c < counts.length; c++) {
            if (other.counts[c] > 0) {
                add(c, other.sums[c], other.counts[c]);
            }
        }
    }

    /** Items by class. */
    double[] counts() {
        return counts.clone();
    }

    /** Numbers per item; 0 if there are no items. */
    int width() {
        int width = 0;
        for (double[] row : sums) {
            width = Math.max(width, row.length);
        }
        return width;
    }

    /** Zeros for classes without items. */
    double[][] means() {
        double[][] out = new double[sums.length][];
        for (int c = 0; c < out.length; c++) {
            out[c] = counts[c] > 0 ? Vectors.scaled(sums[c], 1 / counts[c]) : new double[width()];
        }
        return out;
    }
}

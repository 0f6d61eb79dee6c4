package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;

/** Sums over classes of a vector of each item, with counts. */
public final class ClassSums implements Statistic<ClassSums> {
    /** What is summed, and by which class. */
    public enum Of implements Need<ClassSums> {
        /** Features of all items, in one sum. */
        FEATURES,
        /** Features of the items that are predicted right, by class; of all by predicted class where classes are unknown. */
        FEATURES_OF_RIGHT,
        /** Softmax by predicted class. */
        SOFTMAX_BY_PREDICTION,
        /** Logits by true class, by the predicted one where that is unknown. */
        LOGITS_BY_CLASS;

        @Override
        public ClassSums empty(Site site) {
            int k = site.classes();
            return switch (this) {
                case FEATURES -> new ClassSums(this, 1, site.features());
                case FEATURES_OF_RIGHT -> new ClassSums(this, k, site.features());
                case SOFTMAX_BY_PREDICTION, LOGITS_BY_CLASS -> new ClassSums(this, k, k);
            };
        }

        @Override
        public Class<ClassSums> type() {
            return ClassSums.class;
        }
    }

    private final Of what;
    private final double[][] sums;
    private final double[] counts;

    private ClassSums(Of what, int classes, int width) {
        this.what = what;
        sums = new double[classes][width];
        counts = new double[classes];
    }

    @Override
    public void add(Readings batch) {
        for (int i = 0; i < batch.size(); i++) {
            boolean right = batch.labelOrPrediction(i) == batch.prediction(i);
            switch (what) {
                case FEATURES -> add(0, batch.features(i));
                case FEATURES_OF_RIGHT -> {
                    if (right) {
                        add(batch.prediction(i), batch.features(i));
                    }
                }
                case SOFTMAX_BY_PREDICTION -> add(batch.prediction(i), Softmax.probabilities(batch.logits(i)));
                case LOGITS_BY_CLASS -> add(batch.labelOrPrediction(i), batch.logits(i));
            }
        }
    }

    private void add(int row, double[] values) {
        counts[row]++;
        for (int j = 0; j < values.length; j++) {
            sums[row][j] += values[j];
        }
    }

    @Override
    public void merge(ClassSums other) {
        for (int c = 0; c < sums.length; c++) {
            counts[c] += other.counts[c];
            for (int j = 0; j < sums[c].length; j++) {
                sums[c][j] += other.sums[c][j];
            }
        }
    }

    /** Items by class. */
    double[] counts() {
        return counts.clone();
    }

    /** Mean of one class; zeros if it has no items. */
    double[] mean(int row) {
        double[] out = sums[row].clone();
        for (int j = 0; j < out.length && counts[row] > 0; j++) {
            out[j] /= counts[row];
        }
        return out;
    }

    double[][] means() {
        double[][] out = new double[sums.length][];
        for (int c = 0; c < out.length; c++) {
            out[c] = mean(c);
        }
        return out;
    }
}

package dev.qualm.detect.fitted;

import dev.qualm.detect.Softmax;

/** Mean products of all pairs of probabilities, of right and of wrong predictions. */
public final class ProbabilityPairs implements Statistic<ProbabilityPairs> {
    /**
     * These means.
     *
     * @param temperature of the softmax
     */
    public record Of(double temperature) implements Need<ProbabilityPairs> {
        @Override
        public ProbabilityPairs empty(Site site) {
            return new ProbabilityPairs(site.classes(), temperature);
        }

        @Override
        public Class<ProbabilityPairs> type() {
            return ProbabilityPairs.class;
        }
    }

    private final double temperature;
    private final double[][] right;
    private final double[][] wrong;
    private long rightCount;
    private long wrongCount;

    private ProbabilityPairs(int classes, double temperature) {
        this.temperature = temperature;
        right = new double[classes][classes];
        wrong = new double[classes][classes];
    }

    @Override
    public void add(Readings batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.label(i) == Readings.UNKNOWN) {
                continue;
            }
            boolean good = batch.label(i) == batch.prediction(i);
            rightCount += good ? 1 : 0;
            wrongCount += good ? 0 : 1;
            double[] p = Softmax.probabilities(Vectors.scaled(batch.logits(i), 1 / temperature));
            double[][] sums = good ? right : wrong;
            for (int a = 0; a < p.length; a++) {
                for (int b = 0; b < p.length; b++) {
                    sums[a][b] += p[a] * p[b];
                }
            }
        }
    }

    @Override
    public void merge(ProbabilityPairs other) {
        rightCount += other.rightCount;
        wrongCount += other.wrongCount;
        for (int a = 0; a < right.length; a++) {
            for (int b = 0; b < right.length; b++) {
                right[a][b] += other.right[a][b];
                wrong[a][b] += other.wrong[a][b];
            }
        }
    }

    long right() {
        return rightCount;
    }

    long wrong() {
        return wrongCount;
    }

    double meanOfRight(int a, int b) {
        return right[a][b] / rightCount;
    }

    double meanOfWrong(int a, int b) {
        return wrong[a][b] / wrongCount;
    }
}

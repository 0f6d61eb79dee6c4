package dev.qualm.detect.fitted;

import dev.qualm.detect.Msp;
import dev.qualm.detect.Softmax;
import java.util.List;
import java.util.Set;

/**
 * Maximum softmax probability at a fitted temperature (Guo, Pleiss, Sun, Weinberger 2017): {@code 1 - max softmax(f / T)}, T minimising
 * the negative log-likelihood of labelled items that the model was not trained on. Published as trust.
 *
 * <p>Of more than {@value Bank#PLACES} items T is fitted on a sample.
 */
/*
 * In b = 1 / T the likelihood is concave, so its derivative, the mean of f_y minus the mean of E_p[f], has one zero; bisection finds it to
 * the last bit, where a fixed number of quasi-Newton steps, as in common programs, stops short of it.
 */
record Temperature() implements Detector {
    static final About ABOUT = new About(
            "msp-temperature",
            "Is the calibrated probability of the predicted class small?",
            "Guo, Pleiss, Sun, Weinberger 2017",
            Published.TRUST,
            true,
            Set.of(Reads.LOGITS, Reads.LABELS));
    private static final double SMALLEST = 1e-6;
    private static final double LARGEST = 1e6;

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.none();
    }

    @Override
    public List<Statistic.Need<?>> needs() {
        return List.of(Bank.usual());
    }

    @Override
    public Learnt fit(Site site, Statistics found) {
        List<Bank.Item> items = found.get(Bank.usual()).items().stream()
                .filter(i -> i.label() != Readings.UNKNOWN)
                .toList();
        DetectorException.require(
                !items.isEmpty(), ABOUT.name(), "items of known classes", "none", "give labelled data");
        double low = slope(items, SMALLEST);
        double high = slope(items, LARGEST);
        DetectorException.require(
                low > 0 && high < 0,
                ABOUT.name(),
                "a temperature from " + 1 / LARGEST + " to " + 1 / SMALLEST + " that fits best",
                low > 0 ? items.size() + " items, none predicted wrong" : "predictions no better than chance",
                "give more labelled data that the model was not trained on");
        double a = SMALLEST;
        double b = LARGEST;
        for (double mid = Math.sqrt(a * b); mid > a && mid < b; mid = a + (b - a) / 2) {
            if (slope(items, mid) > 0) {
                a = mid;
            } else {
                b = mid;
            }
        }
        return Learnt.of("temperature", 1 / a);
    }

    /** Derivative of the log-likelihood by the inverse temperature. */
    private static double slope(List<Bank.Item> items, double inverse) {
        double sum = 0;
        for (Bank.Item item : items) {
            double[] f = item.logits().values();
            double[] p = Softmax.probabilities(Vectors.scaled(f, inverse));
            for (int c = 0; c < p.length; c++) {
                sum += p[c] * (f[item.label()] - f[c]);
            }
        }
        return sum;
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        double inverse = 1 / learnt.positive("temperature");
        return Judge.ofLogits(f -> Msp.of(Vectors.scaled(f, inverse)));
    }
}

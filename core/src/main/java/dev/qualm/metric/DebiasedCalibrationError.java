package dev.qualm.metric;

import java.util.Locale;

/**
 * Calibration error less an estimate of its bias (Kumar, Liang and Ma, Verified Uncertainty Calibration, NeurIPS
 * 2019). The plain error of a perfectly calibrated classifier is above 0, the more so the fewer cases a bin holds,
 * because the accuracy of a bin is itself an estimate. Both numbers can be below 0 by chance.
 *
 * @param value {@link CalibrationError#value} less an estimate of its bias. For a calibrated classifier about 2 -
 *     sqrt(2) = 0.59 of the bias stays, since a gap that is itself too large is what the bias is judged by
 * @param squared mean over cases of (confidence - accuracy)^2 without bias, given the bins and if none holds a single
 *     case
 * @param plain the error before the correction
 * @param n number of cases
 * @param singles number of bins with one case, which cannot be corrected: {@code squared} leaves them out
 */
public record DebiasedCalibrationError(double value, double squared, double plain, int n, int singles) {
    /*
     * squared: E (c - a)^2 = (c - p)^2 + p(1 - p)/m for the accuracy a of m cases, and a(1 - a)/(m - 1) estimates the
     * last term without bias.
     * value: plain - (E plain* - plain), where in plain* every accuracy is drawn anew from N(a, a(1 - a)/m). The
     * authors draw; the mean of a folded normal has a closed form: E|N(d, s^2)| = s sqrt(2/pi) exp(-d^2/2s^2) + d (1 -
     * 2 Q(d/s)).
     */
    public static DebiasedCalibrationError of(CalibrationError error) {
        double redrawn = 0;
        double squared = 0;
        int singles = 0;
        for (CalibrationError.Bin bin : error.bins()) {
            double weight = bin.count() / (double) error.n();
            double spread = bin.accuracy() * (1 - bin.accuracy());
            redrawn += weight * foldedMean(bin.gap(), Math.sqrt(Math.max(0, spread) / bin.count()));
            if (bin.count() > 1) {
                squared += weight * (bin.gap() * bin.gap() - spread / (bin.count() - 1.0));
            } else {
                singles++;
            }
        }
        return new DebiasedCalibrationError(2 * error.value() - redrawn, squared, error.value(), error.n(), singles);
    }

    /** Mean of |X| for X normal with mean d >= 0 and standard deviation s. */
    static double foldedMean(double d, double s) {
        if (s == 0) {
            return d;
        }
        double z = d / s;
        return s * Math.sqrt(2 / Math.PI) * Math.exp(-0.5 * z * z) + d * (1 - 2 * Normal.upperTail(z));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "debiased ECE %.4f (plain %.4f), debiased squared error %.6f; n = %d%s",
                value,
                plain,
                squared,
                n,
                singles == 0 ? "" : ", " + singles + " bins of one case");
    }
}

package dev.qualm.gradient;

import java.util.List;

/** Metrics from collected moments. */
final class MetricValues {
    private MetricValues() {}

    /** Orders of the norms that the metrics need. */
    static double[] powers(List<Metric> metrics) {
        return metrics.stream()
                .filter(Metric.PNorm.class::isInstance)
                .mapToDouble(m -> ((Metric.PNorm) m).p())
                .toArray();
    }

    static int width(List<Metric> metrics) {
        return metrics.stream().mapToInt(m -> m.columns().size()).sum();
    }

    /**
     * Writes all columns of the metrics of entries that are {@code scale} times those collected.
     *
     * @param scale not negative
     * @return the index behind the last column
     */
    static int write(List<Metric> metrics, Moments m, double scale, double[] out, int start) {
        int at = start;
        for (Metric metric : metrics) {
            if (metric instanceof Metric.Max) {
                out[at++] = m.max() * scale;
            } else if (metric instanceof Metric.Min) {
                out[at++] = m.min() * scale;
            } else if (metric instanceof Metric.Mean) {
                out[at++] = m.mean() * scale;
            } else if (metric instanceof Metric.MeanStd s) {
                if (s.returnMean()) {
                    out[at++] = m.mean() * scale;
                }
                out[at++] = Math.hypot(m.deviation() * scale, s.eps());
            } else if (metric instanceof Metric.PNorm n) {
                out[at++] = m.norm(n.p()) * scale;
            }
        }
        return at;
    }
}

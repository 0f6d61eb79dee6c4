package dev.qualm.report.explanation;

import dev.qualm.metric.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An audit with plausible numbers, for tests and for the eye. */
final class SyntheticAudit {
    private SyntheticAudit() {}

    static AuditRow row(String id, double pcc, boolean kept, double smoothed, double control) {
        return new AuditRow(
                id,
                "Sandal",
                0.99,
                "other.png",
                kept,
                0.98,
                new Similarity(pcc, pcc * 0.9, 2e-6),
                new Similarity(0.9 - pcc / 3, 0.8 - pcc / 3, 1e-7),
                new Similarity(smoothed, smoothed * 0.95, 3e-8),
                new Similarity(0.4, 0.5, 2e-6),
                new Similarity(control, control, 1e-8),
                new ImageChange(0.3 + 0.2 * pcc, 0.031, 0.97),
                new Curvature(0.37 + pcc, 1.3, 4.2, 0.18, 2.19, Double.NaN, "max-pooling has kinks"),
                AuditRow.OK);
    }

    static AuditReport create(int n, String name) {
        Random random = new Random(7);
        List<AuditRow> rows = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            String id = name + " " + i;
            if (i % 17 == 5) {
                rows.add(AuditRow.failed(id, "zero gradient: every unit of layer relu_3 is off"));
            } else {
                double pcc = Math.max(-0.2, Math.min(0.95, 0.35 + 0.22 * random.nextGaussian()));
                double back = Math.min(0.99, 0.85 + 0.1 * random.nextGaussian());
                rows.add(row(id, pcc, i % 13 != 4, back, Math.min(0.999, 0.97 + 0.02 * random.nextGaussian())));
            }
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("Attack", "targeted, Adam, 500 steps, β 10 to 100");
        parameters.put("Constraint", "L∞ 0.031, probabilities held");
        return report(rows, name, parameters);
    }

    static AuditReport report(List<AuditRow> rows, String name, Map<String, String> parameters) {
        return new AuditReport(
                "Audit of explanations: " + name,
                "fashion-mnist-8.onnx",
                "Fashion-MNIST test subset",
                "lrp-epsilon-plus",
                parameters,
                0.5,
                "β = 10",
                rows,
                rows.size() < 2
                        ? Map.of()
                        : Map.of("pcc-to-original", new Interval(0.29, 0.41, 0.95, "percentile bootstrap, 2000")),
                Map.of("Model SHA-256", "8f3a1c5be4d07ac2b9e67d80c1a4f2237a5d9b10"),
                List.of("The theoretical bound is void for this model: MaxPool node pool1 has kinks."));
    }
}

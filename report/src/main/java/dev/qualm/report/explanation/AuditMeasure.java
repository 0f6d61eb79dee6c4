package dev.qualm.report.explanation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The numbers of an audit, one per picture. */
public enum AuditMeasure {
    PCC_TO_ORIGINAL("Attacked map", "PCC to the original", r -> r.toOriginal().pcc()),
    SSIM_TO_ORIGINAL("Attacked map", "SSIM to the original", r -> r.toOriginal().ssim()),
    MSE_TO_ORIGINAL("Attacked map", "MSE to the original", r -> r.toOriginal().mse()),
    PCC_TO_TARGET("Attacked map", "PCC to the target", r -> r.toTarget().pcc()),
    SSIM_TO_TARGET("Attacked map", "SSIM to the target", r -> r.toTarget().ssim()),
    MSE_TO_TARGET("Attacked map", "MSE to the target", r -> r.toTarget().mse()),
    SMOOTHED_PCC_TO_ORIGINAL(
            "After smoothing",
            "PCC to the original",
            r -> r.smoothedToOriginal().pcc()),
    SMOOTHED_SSIM_TO_ORIGINAL(
            "After smoothing",
            "SSIM to the original",
            r -> r.smoothedToOriginal().ssim()),
    SMOOTHED_PCC_TO_TARGET(
            "After smoothing", "PCC to the target", r -> r.smoothedToTarget().pcc()),
    SMOOTHED_SSIM_TO_TARGET(
            "After smoothing", "SSIM to the target", r -> r.smoothedToTarget().ssim()),
    CONTROL_PCC_TO_ORIGINAL(
            "Random control", "PCC to the original", r -> r.controlToOriginal().pcc()),
    CONTROL_SSIM_TO_ORIGINAL(
            "Random control", "SSIM to the original", r -> r.controlToOriginal().ssim()),
    IMAGE_L2("Change of the picture", "L2", r -> r.change().l2()),
    IMAGE_LINF("Change of the picture", "L∞", r -> r.change().linf()),
    IMAGE_SSIM("Change of the picture", "SSIM", r -> r.change().ssim()),
    PROBABILITY_CHANGE("Change of the output", "probability of the class", r -> r.probabilityAfter() - r.probability()),
    LARGEST_EIGENVALUE("Curvature", "largest eigenvalue", r -> r.curvature().largestEigenvalue()),
    FROBENIUS_NORM("Curvature", "Frobenius norm", r -> r.curvature().frobenius()),
    GRADIENT_NORM("Curvature", "gradient norm", r -> r.curvature().gradientNorm()),
    PATH_INTEGRAL("Curvature", "path integral", r -> r.curvature().pathIntegral()),
    ARC_LENGTH("Curvature", "arc length", r -> r.curvature().arcLength()),
    BOUND(
            "Curvature",
            "theoretical bound",
            r -> r.curvature().boundVoid().isEmpty() ? r.curvature().bound() : Double.NaN);

    private final String group;
    private final String label;
    private final ToDoubleFunction<AuditRow> value;

    AuditMeasure(String group, String label, ToDoubleFunction<AuditRow> value) {
        this.group = group;
        this.label = label;
        this.value = value;
    }

    /** Its name for machines, for example {@code pcc-to-original}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String group() {
        return group;
    }

    String label() {
        return label;
    }

    /** Of one picture; NaN where it is unknown. */
    public double of(AuditRow row) {
        return value.applyAsDouble(row);
    }

    /** Of all pictures with a result; pictures for which it is unknown are left out. */
    public double[] of(List<AuditRow> rows) {
        return rows.stream()
                .filter(AuditRow::present)
                .mapToDouble(this::of)
                .filter(v -> !Double.isNaN(v))
                .toArray();
    }

    static AuditMeasure named(String id) {
        return Arrays.stream(values())
                .filter(m -> m.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Expected one of "
                        + Arrays.stream(values()).map(AuditMeasure::id).toList() + ", but found " + id));
    }
}

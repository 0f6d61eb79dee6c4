package dev.qualm.training;

import org.jspecify.annotations.Nullable;

/**
 * What a step minimises: the loss of a method, and penalties.
 *
 * @param method which inputs are learnt from
 * @param layers penalty on what attacks move inside; null for none. Needs a method that attacks
 * @param curvature penalty on curvature; null for none
 */
public record Objective(
        Method method,
        @Nullable LayerPenalty layers,
        @Nullable CurvaturePenalty curvature) {
    /** The cross-entropy of the items as they are. */
    public static final Objective STANDARD = new Objective(Methods.STANDARD, null, null);

    public Objective {
        TrainingException.require(
                layers == null || !(method instanceof Method.Standard),
                "a method that attacks",
                "for a penalty on what attacks move",
                method.name());
    }

    /** A method without penalties. */
    public static Objective of(Method method) {
        return new Objective(method, null, null);
    }

    public Objective withLayers(@Nullable LayerPenalty other) {
        return new Objective(method, other, curvature);
    }

    public Objective withCurvature(@Nullable CurvaturePenalty other) {
        return new Objective(method, layers, other);
    }
}

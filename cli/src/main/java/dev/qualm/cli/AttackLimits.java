package dev.qualm.cli;

import dev.qualm.manipulation.Constraint;
import dev.qualm.manipulation.Optimizer;
import java.util.EnumSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How far an attack may change an image. */
final class AttackLimits {
    @Option(
            names = "--epsilon",
            paramLabel = "E",
            converter = FractionConverter.class,
            description =
                    "Largest change of the image, such as 8/255, by --norm and in --unit. Default: any change that"
                            + " leaves pixels valid.")
    private @Nullable Double epsilon;

    @Option(
            names = "--norm",
            paramLabel = "NORM",
            converter = NormConverter.class,
            defaultValue = "linf",
            description = "Norm of --epsilon, and of a step of pgd: linf or l2. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Optimizer.Norm norm;

    @Option(
            names = "--unit",
            paramLabel = "UNIT",
            converter = UnitConverter.class,
            defaultValue = "pixels",
            description = "Unit of --epsilon: pixels (black is 0 and white is 1) or input (the model's, after"
                    + " normalisation). Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Constraint.Unit unit;

    @Option(
            names = "--box",
            paramLabel = "LOW..HIGH",
            description =
                    "Valid values of the model's input, one or one per channel: -1..1, -2.1,-2.0,-1.8..2.2,2.4,2.6."
                            + " Default: from the preprocessing; for stored floats that nothing is known of, the range of the"
                            + " images given.")
    private @Nullable String box;

    /** Why these options make no sense, or null. */
    @Nullable
    String problem() {
        if (epsilon == null) {
            return null;
        }
        if (!(epsilon > 0)) {
            return "--epsilon is above 0; without it, any change that leaves pixels valid is allowed";
        }
        boolean everything = norm == Optimizer.Norm.LINF && unit == Constraint.Unit.PIXELS && epsilon >= 1;
        return everything
                ? "--epsilon " + ManipulationText.number(epsilon)
                        + " allows every change, since black is 0 and white is 1;" + " for steps of 8-bit pixels write "
                        + ManipulationText.number(epsilon) + "/255"
                : null;
    }

    /** Whether there is a limit beside valid pixels. */
    boolean limited() {
        return epsilon != null;
    }

    Optimizer.Norm norm() {
        return norm;
    }

    @Nullable
    String box() {
        return box;
    }

    Constraint constraint(PixelBox pixels) {
        Constraint valid = Constraint.box(pixels.low(), pixels.high()).in(unit);
        if (epsilon == null) {
            return valid;
        }
        return norm == Optimizer.Norm.LINF ? valid.withLinf(epsilon) : valid.withL2(epsilon);
    }

    /** The allowed change in words. */
    String allowed() {
        if (epsilon == null) {
            return "any valid pixels";
        }
        return String.format(
                Locale.ROOT,
                "valid pixels, %s at most %s %s",
                norm == Optimizer.Norm.LINF ? "L∞" : "L2",
                ManipulationText.number(epsilon),
                unit == Constraint.Unit.PIXELS ? "in pixels of 0 to 1" : "in units of the model's input");
    }

    static final class NormConverter extends Choice<Optimizer.Norm> {
        NormConverter() {
            super(EnumSet.allOf(Optimizer.Norm.class));
        }
    }

    static final class UnitConverter extends Choice<Constraint.Unit> {
        UnitConverter() {
            super(EnumSet.allOf(Constraint.Unit.class));
        }
    }

    /** A number, or one number over another. */
    static final class FractionConverter implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            try {
                String[] parts = text.split("/", 2);
                double value = Double.parseDouble(parts[0]);
                return parts.length == 1 ? value : value / Double.parseDouble(parts[1]);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected a number such as 0.03 or 8/255, but found '" + text + "'");
            }
        }
    }
}

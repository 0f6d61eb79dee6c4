package dev.qualm.cli;

import dev.qualm.attribution.Normalisation;
import dev.qualm.attribution.Reduction;
import dev.qualm.report.explanation.ExplanationSheet.Look;
import dev.qualm.report.explanation.ExplanationSheet.Range;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How maps are shown. */
final class LookOptions {
    /** Pictures larger than this are shown below their maps unless somebody says otherwise. */
    private static final int SMALL = 64;

    @Option(
            names = "--overlay",
            negatable = true,
            description = "Whether pictures show maps over the images in grey. Default: they do above 64 pixels.")
    private @Nullable Boolean overlay;

    @Option(
            names = "--contour",
            paramLabel = "SHARE",
            description = "Outline what is at least so strong, as a share of the strongest: 0.5. Implies --overlay.")
    private @Nullable Double contour;

    @Option(
            names = "--percentile",
            paramLabel = "P",
            description = "Percentile of a map's strengths where colours end, so that a few pixels do not bleach all"
                    + " others. Default: 100, and 99.5 for images above 64 pixels.")
    private @Nullable Double percentile;

    @Option(
            names = "--reduction",
            paramLabel = "HOW",
            converter = ReductionConverter.class,
            defaultValue = "signed-sum",
            description = "How channels become one number per pixel: signed-sum, absolute-sum, absolute-max or none"
                    + " (as numbers alone). Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Reduction reduction;

    @Option(
            names = "--normalisation",
            paramLabel = "HOW",
            converter = NormalisationConverter.class,
            defaultValue = "none",
            description = "What each map is divided by: sum (of absolute values), max-abs or none. Default:"
                    + " ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Normalisation normalisation;

    /** Why these options make no sense for such a result, or null. */
    @Nullable
    String problem(ResultKind kind) {
        if (contour != null && !(contour > 0 && contour <= 1)) {
            return "--contour is greater than 0 and at most 1";
        }
        if (contour != null && Boolean.FALSE.equals(overlay)) {
            return "--contour and --no-overlay exclude each other";
        }
        if (percentile != null && !(percentile > 0 && percentile <= 100)) {
            return "--percentile is greater than 0 and at most 100";
        }
        return reduction == Reduction.NONE && kind != ResultKind.NPZ && kind != ResultKind.NPY
                ? "--reduction none keeps the channels, which only .npz and .npy files can hold"
                : null;
    }

    HeatMaps heatMaps(boolean whole) {
        return new HeatMaps(reduction, normalisation, whole);
    }

    /** @param longest side of the pictures in pixels */
    Look look(int longest) {
        boolean over = contour != null || (overlay == null ? longest > SMALL : overlay);
        double end = percentile != null ? percentile : longest > SMALL ? 99.5 : 100;
        return new Look(Range.EACH, end, over, contour == null ? 0 : contour);
    }

    /** How channels were summed up, for a sentence. */
    String note(int channels) {
        if (channels == 1 && reduction == Reduction.SIGNED_SUM) {
            return "";
        }
        return switch (reduction) {
            case SIGNED_SUM -> "summed over the channels";
            case ABSOLUTE_SUM -> "absolute values, summed over the channels";
            case ABSOLUTE_MAX -> "the largest absolute value over the channels";
            case NONE -> "each channel";
        };
    }

    String reduction() {
        return Choice.written(reduction);
    }

    String normalisation() {
        return Choice.written(normalisation);
    }

    static final class ReductionConverter extends Choice<Reduction> {
        ReductionConverter() {
            super(EnumSet.allOf(Reduction.class));
        }
    }

    static final class NormalisationConverter extends Choice<Normalisation> {
        NormalisationConverter() {
            super(EnumSet.allOf(Normalisation.class));
        }
    }
}

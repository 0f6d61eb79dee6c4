package dev.qualm.cli;

import dev.qualm.gradient.ChannelReduction;
import dev.qualm.gradient.ClassSelection;
import dev.qualm.gradient.CosineSimilarityMaps;
import java.util.EnumSet;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How cosine similarity maps are made. */
final class MapMethod {
    /** Up to so many classes a map shows all of them, unless fewer are asked for. */
    static final int ALL = 20;

    private static final int MOST_LIKELY = 10;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "Compare the N most likely classes of each item, the predicted one first. Default: all, or"
                    + " 10 if the model has more than 20.")
    private @Nullable Integer topK;

    @Option(
            names = "--sign",
            negatable = true,
            description = "Whether only the signs of gradient entries count. Default: they do.")
    private @Nullable Boolean sign;

    @Option(
            names = "--rescale",
            negatable = true,
            description = "Whether logits are scaled to a largest magnitude of 10. Default: they are.")
    private @Nullable Boolean rescale;

    @Option(
            names = "--channels",
            paramLabel = "HOW",
            converter = ChannelConverter.class,
            defaultValue = "none",
            description = "Reduction of an input's channels: none, or max as in the authors' code, whose colour maps"
                    + " do not compare with grey ones. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private ChannelReduction channels;

    @Option(
            names = "--estimate",
            paramLabel = "N",
            description = "Estimate the map from N random directions, in N + 1 passes whatever the number of classes"
                    + " (all of them, without --top-k); signs do not count then. N = 400 gives a standard error of"
                    + " 0.05 or less.")
    private @Nullable Integer projections;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of those directions. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    /** Why these options contradict each other, or null. */
    @Nullable
    String problem() {
        if (topK != null && topK < 2) {
            return "--top-k is at least 2: a map compares classes";
        }
        if (projections == null) {
            return null;
        }
        if (projections < 8) {
            return "--estimate is at least 8";
        }
        if (Boolean.TRUE.equals(sign)) {
            return "--estimate and --sign exclude each other: random directions see no signs";
        }
        return channels == ChannelReduction.MAX
                ? "--estimate and --channels max exclude each other: random directions see no maxima"
                : null;
    }

    /** Number of random directions, or null for exact maps. */
    @Nullable
    Integer projections() {
        return projections;
    }

    long seed() {
        return seed;
    }

    /** @param say takes remarks on what was chosen */
    CosineSimilarityMaps maps(int classes, Consumer<String> say) {
        boolean signed = projections == null && !Boolean.FALSE.equals(sign);
        if (projections != null && sign == null) {
            say.accept("estimated maps are those of the gradients themselves, without --sign");
        }
        return new CosineSimilarityMaps(signed, !Boolean.FALSE.equals(rescale), channels, selection(classes, say));
    }

    private ClassSelection selection(int classes, Consumer<String> say) {
        if (topK != null) {
            return topK >= classes ? ClassSelection.all() : ClassSelection.top(topK);
        }
        if (classes <= ALL || projections != null) {
            return ClassSelection.all();
        }
        say.accept("mapping the " + MOST_LIKELY + " most likely of the " + classes
                + " classes, the predicted one among them; all with --top-k " + classes);
        return ClassSelection.top(MOST_LIKELY);
    }

    /** How the maps were made, in a sentence. */
    String note(CosineSimilarityMaps maps, int classes) {
        String which = maps.classes() instanceof ClassSelection.Top top
                ? "the " + top.k() + " most likely of " + classes + " classes"
                : "all " + classes + " classes";
        String note = "Cosines between the gradients of the loss toward each pair of classes, taken by the input: "
                + which + "; " + (maps.sign() ? "signs of the gradients" : "gradients without sign") + ", "
                + (maps.rescale() ? "rescaled logits" : "logits as they are") + ", "
                + (maps.channels() == ChannelReduction.MAX ? "maximum over channels" : "all channels") + ".";
        return projections == null
                ? note
                : note
                        + String.format(
                                Locale.ROOT,
                                " Estimated from %d random directions: standard error (1 - cosine²) · %.3f.",
                                projections,
                                1 / Math.sqrt(projections));
    }

    static final class ChannelConverter extends Choice<ChannelReduction> {
        ChannelConverter() {
            super(EnumSet.allOf(ChannelReduction.class));
        }
    }
}

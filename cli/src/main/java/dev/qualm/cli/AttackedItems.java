package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.data.Dataset;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Items as a network takes them, and the box that attacks stay in.
 *
 * @param fit how stored items become inputs
 * @param bounds valid inputs and the unit of epsilons
 */
record AttackedItems(InputFit fit, LayerBounds bounds) {
    /** Items that the range of unknown pixels is read off. */
    private static final int SAMPLE = 64;

    /**
     * Opens a path; labels are numbered as the model's classes are.
     *
     * @param box LOW..HIGH of the command line, or null
     * @param say takes what was assumed or left out
     */
    static AttackedItems open(
            Path path,
            Network network,
            ModelDescription description,
            PreprocessOptions preprocessing,
            DataOptions options,
            int limit,
            @Nullable String box,
            Consumer<String> say) {
        List<String> remarks = new java.util.ArrayList<>();
        Dataset stored = LabelledItems.ofKnownClasses(path, description.classes(), options, remarks)
                .take(limit);
        remarks.forEach(say);
        InputFit fit = InputFit.of(network, description, preprocessing, stored);
        fit.remarks().forEach(say);
        Dataset sample = fit.data().take(SAMPLE).withoutDamaged();
        if (sample.size() == 0) {
            throw new QualmException(
                    "None of the first " + fit.data().take(SAMPLE).size() + " items of " + path + " can be read");
        }
        return new AttackedItems(fit, LayerBounds.of(box, fit, sample.all()));
    }

    Dataset data() {
        return fit.data();
    }

    /** The unit of epsilons, in a few words. */
    String unit() {
        return pixels() ? "pixels of 0 to 1" : "the unit of the model's input";
    }

    /** Whether epsilons are in pixels, so that the common ones make sense. */
    boolean pixels() {
        return bounds.unit().startsWith("pixels");
    }
}

package dev.qualm.cli;

import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.Detectors;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Detectors as they are typed. Whoever asks for all of them gets those that work; a name that is given must.
 *
 * @param detectors that are asked for
 * @param left told which of all are left out and why; null if they were named
 */
record NamedDetectors(List<Detector> detectors, @Nullable BiConsumer<Detector, String> left) {
    private static final String ALL = "all";

    static NamedDetectors of(List<String> names, Consumer<String> say) {
        if (!names.equals(List.of(ALL))) {
            return new NamedDetectors(names.stream().map(Detectors::parse).toList(), null);
        }
        return new NamedDetectors(
                Detectors.names().stream().map(Detectors::parse).toList(),
                (d, reason) -> say.accept(Detectors.text(d) + " is left out: " + reason));
    }
}

package dev.qualm.cli;

import dev.qualm.data.Preprocessing;
import java.util.Map;
import picocli.CommandLine.Option;

/** Single settings of a {@link Preprocessing}, on top of those found elsewhere. */
final class PreprocessOptions {
    @Option(
            names = "--preprocess",
            paramLabel = "KEY=VALUE",
            description = {
                "How stored items become inputs; may be repeated. Keys, in the order of the steps:",
                "colour=rgb|bgr|grey|stored, resize=HxW|SHORTER-SIDE|none, filter=bilinear|bicubic|lanczos|box|nearest,"
                        + " crop=HxW|none, scale=1/255, mean=R,G,B, std=R,G,B, layout=nchw|nhwc."
            })
    private Map<String, String> settings = Map.of();

    boolean isEmpty() {
        return settings.isEmpty();
    }

    /** {@code base} with the settings of the command line. */
    Preprocessing applyTo(Preprocessing base) {
        Preprocessing p = base;
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            p = p.with(setting.getKey(), setting.getValue());
        }
        return p;
    }
}

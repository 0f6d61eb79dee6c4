package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.attribution.Attribution;
import dev.qualm.attribution.AttributionOptions;
import dev.qualm.attribution.Attributions;
import dev.qualm.attribution.Baseline;
import dev.qualm.attribution.Bounds;
import dev.qualm.attribution.Patterns;
import dev.qualm.attribution.Quantity;
import dev.qualm.attribution.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What attribution methods explain, and with what parameters. */
final class MethodOptions {
    @Option(
            names = "--target",
            paramLabel = "WHAT",
            converter = QuantityConverter.class,
            defaultValue = "logit",
            description = "Number of the class that is explained: logit, margin (to the largest other logit),"
                    + " probability or log-probability. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Quantity quantity;

    @Option(
            names = "--baseline",
            paramLabel = "VALUE",
            description = "What integrated-gradients, deeplift and occlusion compare with: a number in the model's"
                    + " space or one per channel (0.1,0.2,0.3), black, or mean (of the items at hand, per channel)."
                    + " Default: 0.")
    private @Nullable String baseline;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of integrated-gradients. Default: 20.")
    private @Nullable Integer steps;

    @Option(
            names = "--samples",
            paramLabel = "N",
            description = "Noisy copies for smoothgrad, smoothgrad-squared and vargrad. Default: 20.")
    private @Nullable Integer samples;

    @Option(
            names = "--level",
            paramLabel = "SHARE",
            description = "Standard deviation of that noise, in ranges (largest minus least value) of each input."
                    + " Default: 0.1.")
    private @Nullable Double level;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of that noise. Default: 0.")
    private @Nullable Long seed;

    @Option(
            names = "--layer",
            paramLabel = "TENSOR",
            description = "Feature maps that grad-cam looks at. Default: the last ones.")
    private @Nullable String layer;

    @Option(
            names = "--patterns",
            paramLabel = "FILE",
            description = "Patterns for pattern-net and pattern-attribution, from qualm patterns.")
    private @Nullable Path patterns;

    @Option(
            names = "--bounds",
            paramLabel = "LOW:HIGH",
            split = ",",
            converter = PairConverter.class,
            description = "Least and largest value of every input in the model's space, or of each channel"
                    + " (-2.1:2.2,-2:2.4,-1.8:2.6), for methods with a z-box rule. Default: black and white pixels"
                    + " after preprocessing.")
    private List<Pair> bounds = List.of();

    /** Why these options make no sense, or null. */
    @Nullable
    String problem() {
        if ((steps != null && steps < 1) || (samples != null && samples < 1)) {
            return "--steps and --samples are at least 1";
        }
        if (level != null && !(level > 0 && level < Double.POSITIVE_INFINITY)) {
            return "--level is greater than 0";
        }
        return bounds.stream().anyMatch(b -> !(b.low < b.high))
                ? "--bounds: the least value is less than the largest"
                : null;
    }

    Target target() {
        return Target.of(quantity);
    }

    /**
     * The options as methods take them.
     *
     * @param pixels what black and white are, or null if unknown
     * @param shape of the inputs
     * @param mean gives the mean of the items per channel, when it is asked for
     */
    AttributionOptions of(@Nullable PixelRange pixels, MapShape shape, Supplier<double[]> mean) {
        AttributionOptions all = AttributionOptions.none()
                .withBaseline(baseline(pixels, shape, mean))
                .withSteps(steps == null ? 0 : steps)
                .withSamples(samples == null ? 0 : samples, level == null ? 0 : level, seed == null ? 0 : seed)
                .withLayer(layer == null ? "" : layer)
                .withPatterns(patterns == null ? null : Patterns.load(patterns));
        return all.withBounds(bounds(pixels, shape));
    }

    private @Nullable Bounds bounds(@Nullable PixelRange pixels, MapShape shape) {
        if (bounds.isEmpty()) {
            return pixels == null ? null : pixels.bounds();
        }
        requireCount("--bounds", bounds.size(), shape);
        return new Bounds(
                bounds.stream().mapToDouble(Pair::low).toArray(),
                bounds.stream().mapToDouble(Pair::high).toArray());
    }

    private Baseline baseline(@Nullable PixelRange pixels, MapShape shape, Supplier<double[]> mean) {
        if (baseline == null) {
            return Baseline.zero();
        }
        if (baseline.equals("mean")) {
            return new Baseline(shape.perElement(mean.get()));
        }
        if (baseline.equals("black")) {
            if (pixels == null) {
                throw new QualmException("--baseline black needs items that are pixels of 0 to 255, but these are"
                        + " other numbers; give the value of black in the model's space instead");
            }
            return new Baseline(shape.perElement(pixels.black()));
        }
        try {
            String[] parts = baseline.split(",", -1);
            double[] values = new double[parts.length];
            for (int i = 0; i < parts.length; i++) {
                values[i] = Double.parseDouble(parts[i].strip());
                if (!Double.isFinite(values[i])) {
                    throw new NumberFormatException();
                }
            }
            requireCount("--baseline", values.length, shape);
            return new Baseline(shape.perElement(values));
        } catch (NumberFormatException e) {
            throw new QualmException(
                    "--baseline: expected a number, several joined by commas, black or mean, but found '" + baseline
                            + "'",
                    e);
        }
    }

    private static void requireCount(String option, int found, MapShape shape) {
        int channels = shape.channels();
        if (found != 1 && found != channels) {
            throw new QualmException(option + ": expected one value or " + channels + ", one per "
                    + (shape.picture() ? "channel" : "feature") + ", but found " + found);
        }
    }

    /** The given options that none of the methods takes. */
    List<String> unused(List<String> methods, AttributionOptions all) {
        Map<String, AttributionOptions> others = new LinkedHashMap<>();
        if (baseline != null) {
            double[] moved = all.baseline().value().clone();
            moved[0]++;
            others.put("--baseline", all.withBaseline(new Baseline(moved)));
        }
        if (steps != null) {
            others.put("--steps", all.withSteps(steps + 1));
        }
        if (samples != null) {
            others.put("--samples", all.withSamples(samples + 1, all.level(), all.seed()));
        }
        if (level != null) {
            others.put("--level", all.withSamples(all.samples(), level / 2, all.seed()));
        }
        if (seed != null) {
            others.put("--seed", all.withSamples(all.samples(), all.level(), seed + 1));
        }
        if (layer != null) {
            others.put("--layer", all.withLayer(layer + "'"));
        }
        if (patterns != null) {
            others.put("--patterns", all.withPatterns(new Patterns(Map.of())));
        }
        if (!bounds.isEmpty()) {
            others.put("--bounds", all.withBounds(Bounds.of(-1e9, 1e9)));
        }
        List<String> unused = new ArrayList<>();
        others.forEach((name, other) -> {
            if (methods.stream().allMatch(m -> same(m, all, other))) {
                unused.add(name);
            }
        });
        return unused;
    }

    private static boolean same(String method, AttributionOptions one, AttributionOptions other) {
        try {
            Attribution a = Attributions.of(method, one);
            return a.equals(Attributions.of(method, other));
        } catch (QualmException e) {
            return true;
        }
    }

    /** Two numbers joined by a colon. */
    record Pair(double low, double high) {}

    static final class PairConverter implements picocli.CommandLine.ITypeConverter<Pair> {
        @Override
        public Pair convert(String text) {
            String[] ends = text.split(":", -1);
            try {
                if (ends.length == 2) {
                    return new Pair(Double.parseDouble(ends[0]), Double.parseDouble(ends[1]));
                }
            } catch (NumberFormatException e) {
                // Told below, as for any other text.
            }
            throw new picocli.CommandLine.TypeConversionException(
                    "expected two numbers joined by a colon, such as -1:1, but found '" + text + "'");
        }
    }
}

package dev.qualm.detect.fitted;

import dev.qualm.detect.Entropy;
import dev.qualm.detect.Margin;
import dev.qualm.detect.MaxLogit;
import dev.qualm.detect.Msp;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The detectors Qualm can fit, by name. To add one, list it here; the suites find it. */
public final class Detectors {
    private static final Map<String, Entry> ENTRIES = entries();

    /**
     * A detector known by name.
     *
     * @param about what is known about it
     * @param defaults its parameters
     */
    public record Entry(About about, Settings defaults, Function<Settings, Detector> maker) {
        @Override
        public String toString() {
            return about.name() + ": " + about.question() + " (" + about.paper() + ")"
                    + (defaults.values().isEmpty() ? "" : "; " + defaults.values());
        }
    }

    private Detectors() {}

    private static Map<String, Entry> entries() {
        List<Entry> all = new ArrayList<>();
        all.add(plain(OfLogits.of(Msp.score(), "Hendrycks, Gimpel 2017", Published.TRUST)));
        all.add(plain(new Temperature()));
        all.add(plain(OfLogits.of(MaxLogit.score(), "Hendrycks, Basart, Mazeika et al. 2022", Published.TRUST)));
        all.add(new Entry(EnergyDetector.ABOUT, EnergyDetector.DEFAULTS, EnergyDetector::of));
        all.add(plain(OfLogits.of(Entropy.score(), "Shannon 1948", Published.DISTRUST)));
        all.add(plain(OfLogits.of(Margin.score(), "Scheffer, Decomain, Wrobel 2001", Published.TRUST)));
        all.add(plain(LogitMargin.detector()));
        all.add(new Entry(GenDetector.ABOUT, GenDetector.DEFAULTS, GenDetector::of));
        all.add(plain(Doctor.alpha()));
        all.add(plain(Doctor.beta()));
        all.add(new Entry(KlMatching.ABOUT, KlMatching.DEFAULTS, KlMatching::of));
        all.add(new Entry(OpenMax.ABOUT, OpenMax.DEFAULTS, OpenMax::of));
        all.add(new Entry(RelU.ABOUT, RelU.DEFAULTS, RelU::of));
        all.add(plain(new GradNormDetector()));
        all.add(new Entry(React.ABOUT, React.DEFAULTS, React::of));
        all.add(new Entry(Vra.ABOUT, Vra.DEFAULTS, Vra::of));
        for (Ash.Form form : Ash.Form.values()) {
            all.add(new Entry(Ash.about(form), Ash.defaults(form), s -> Ash.of(form, s)));
        }
        all.add(new Entry(Dice.ABOUT, Dice.DEFAULTS, Dice::of));
        all.add(new Entry(Fdbd.ABOUT, Fdbd.DEFAULTS, Fdbd::of));
        all.add(new Entry(Nci.ABOUT, Nci.DEFAULTS, Nci::of));
        all.add(new Entry(She.ABOUT, She.DEFAULTS, She::of));
        all.add(plain(new Mahalanobis()));
        all.add(plain(new RelativeMahalanobis()));
        all.add(new Entry(Vim.RESIDUAL, Vim.DEFAULTS, Vim::residual));
        all.add(new Entry(Vim.ABOUT, Vim.DEFAULTS, Vim::of));
        all.add(new Entry(Neco.ABOUT, Neco.DEFAULTS, Neco::of));
        all.add(plain(new Pnml()));
        all.add(new Entry(Knn.ABOUT, Knn.DEFAULTS, Knn::of));
        all.add(new Entry(NnGuide.ABOUT, NnGuide.DEFAULTS, NnGuide::of));
        all.add(new Entry(Relation.ABOUT, Relation.DEFAULTS, Relation::of));
        all.add(new Entry(Lid.ABOUT, Lid.DEFAULTS, Lid::of));
        all.add(new Entry(Gram.ABOUT, Gram.DEFAULTS, Gram::of));
        all.add(new Entry(RankFeat.ABOUT, RankFeat.DEFAULTS, RankFeat::of));
        all.add(new Entry(Odin.ABOUT, Odin.DEFAULTS, Odin::of));
        all.add(new Entry(FeatureSqueezing.ABOUT, FeatureSqueezing.DEFAULTS, FeatureSqueezing::of));
        all.add(new Entry(ProbedLayers.ABOUT, ProbedLayers.DEFAULTS, ProbedLayers::of));
        all.add(new Entry(
                GradientMetricsDetector.ABOUT, GradientMetricsDetector.DEFAULTS, GradientMetricsDetector::of));
        all.add(new Entry(Gga.ABOUT, Gga.DEFAULTS, Gga::of));
        all.add(new Entry(ConductanceDetector.ABOUT, ConductanceDetector.DEFAULTS, ConductanceDetector::of));
        all.add(new Entry(Lcr.ABOUT, Lcr.DEFAULTS, Lcr::of));
        Map<String, Entry> map = new LinkedHashMap<>();
        all.forEach(e -> map.put(e.about().name(), e));
        return map;
    }

    private static Entry plain(Detector detector) {
        return new Entry(detector.about(), Settings.none(), s -> detector);
    }

    /** All names, cheapest methods first. */
    public static List<String> names() {
        return List.copyOf(ENTRIES.keySet());
    }

    /** All detectors. */
    public static List<Entry> all() {
        return List.copyOf(ENTRIES.values());
    }

    /**
     * What is known about a detector.
     *
     * @throws DetectorException naming all, if there is none of that name
     */
    public static Entry entry(String name) {
        Entry entry = ENTRIES.get(name);
        if (entry == null) {
            throw new DetectorException("Expected a detector among " + names() + ", but found '" + name + "'");
        }
        return entry;
    }

    /**
     * A detector with some of its parameters set.
     *
     * @throws DetectorException if there is no such detector, parameter or value
     */
    public static Detector of(String name, Map<String, String> parameters) {
        Entry entry = entry(name);
        return entry.maker().apply(entry.defaults().replaced(name, parameters));
    }

    /**
     * A detector written {@code name} or {@code name:parameter=value:...}, for example {@code knn:k=10}.
     *
     * @throws DetectorException if it is none
     */
    public static Detector parse(String text) {
        String[] parts = text.strip().split(":", -1);
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int at = parts[i].indexOf('=');
            if (at < 0 && !parameters.isEmpty()) {
                // A name of a tensor may have colons in it.
                String last = List.copyOf(parameters.keySet()).get(parameters.size() - 1);
                parameters.merge(last, parts[i].strip(), (a, b) -> a + ":" + b);
                continue;
            }
            if (at < 1
                    || parameters.put(
                                    parts[i].substring(0, at).strip(),
                                    parts[i].substring(at + 1).strip())
                            != null) {
                throw new DetectorException(
                        "Expected a detector as name:parameter=value, each parameter once, but found '" + text + "'");
            }
        }
        return of(parts[0].strip(), parameters);
    }

    /** What {@link #parse} reads: the name and the parameters that are not at their defaults. */
    public static String text(Detector detector) {
        String name = detector.about().name();
        if (detector instanceof Combination) {
            return name;
        }
        StringBuilder text = new StringBuilder(name);
        Map<String, String> defaults = entry(name).defaults().values();
        detector.settings().values().forEach((key, value) -> {
            if (!value.equals(defaults.get(key))) {
                text.append(':').append(key).append('=').append(value);
            }
        });
        return text.toString();
    }

    /** Why a detector cannot work with a network, or null if it can. */
    static @Nullable String refusal(Detector detector, Network network, Site site) {
        if (detector.about().readsHead() && !site.hasHead()) {
            return "the network has no logits that come from a linear layer";
        }
        if (!detector.about().shiftInvariant() && !network.structure().trueLogits()) {
            return "the network gives probabilities only, and it depends on what a softmax takes away";
        }
        for (Quantity q : detector.quantities()) {
            String reason = q.refusal(network);
            if (reason != null) {
                return reason;
            }
        }
        return detector.refusal(network, site);
    }
}

package dev.qualm.attribution;

import dev.qualm.QualmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** All attribution methods by name. A new one is one more line here; the suites over all methods and the commands find it. */
public final class Attributions {
    private static final Map<String, Function<AttributionOptions, Attribution>> ALL = all();

    private Attributions() {}

    private static Map<String, Function<AttributionOptions, Attribution>> all() {
        Map<String, Function<AttributionOptions, Attribution>> all = new LinkedHashMap<>();
        all.put("gradient", o -> new GradientMap(false));
        all.put("gradient-times-input", o -> new GradientMap(true));
        all.put("smoothgrad", o -> smooth(SmoothGrad.Moment.MEAN, o));
        all.put("smoothgrad-squared", o -> smooth(SmoothGrad.Moment.SQUARE, o));
        all.put("vargrad", o -> smooth(SmoothGrad.Moment.VARIANCE, o));
        all.put("integrated-gradients", Attributions::integrated);
        all.put("guided-backprop", o -> modified("guided-backprop", NodeRule.Plain.GUIDED));
        all.put("deconvnet", o -> modified("deconvnet", NodeRule.Plain.DECONVNET));
        all.put("beta-smooth", o -> modified("beta-smooth", new NodeRule.BetaSmooth(10)));
        all.put("grad-cam", o -> new GradCam(o.layer()));
        all.put("occlusion", o -> new Occlusion(new int[0], new int[0], o.baseline()));
        all.put("deeplift", o -> new DeepLift(o.baseline(), true));
        all.put("excitation-backprop", o -> Propagation.of("excitation-backprop", Composite.excitation()));
        lrp(all, "lrp-epsilon", Composite.uniform("epsilon", Rules.epsilon(Rules.EPSILON)));
        lrp(all, "lrp-gamma", Composite.uniform("gamma", Rules.gamma(0.25)));
        lrp(all, "lrp-z-plus", Composite.uniform("z-plus", Rules.zPlus()));
        lrp(all, "lrp-alpha2-beta1", Composite.uniform("alpha2-beta1", Rules.alphaBeta(2, 1)));
        lrp(all, "lrp-epsilon-plus", Composite.of("epsilon-plus", Rules.zPlus()));
        lrp(all, "lrp-epsilon-plus-flat", flat("epsilon-plus-flat", Rules.flat(), Rules.zPlus()));
        lrp(all, "lrp-epsilon-plus-w-square", flat("epsilon-plus-w-square", Rules.wSquare(), Rules.zPlus()));
        lrp(all, "lrp-epsilon-alpha2-beta1", Composite.of("epsilon-alpha2-beta1", Rules.alphaBeta(2, 1)));
        lrp(
                all,
                "lrp-epsilon-alpha2-beta1-flat",
                flat("epsilon-alpha2-beta1-flat", Rules.flat(), Rules.alphaBeta(2, 1)));
        lrp(
                all,
                "lrp-epsilon-gamma-box",
                Composite.of("epsilon-gamma-box", Selector.of(NodeKind.CONVOLUTION), Rules.zBox(), Rules.gamma(0.25)));
        lrp(all, "lrp-reference", Composite.reference());
        all.put("pattern-net", o -> PatternMap.net(patterns("pattern-net", o)));
        all.put("pattern-attribution", o -> PatternMap.attribution(patterns("pattern-attribution", o)));
        return all;
    }

    private static void lrp(
            Map<String, Function<AttributionOptions, Attribution>> all, String name, Composite composite) {
        boolean boxed = composite.entries().stream()
                .anyMatch(e ->
                        e.rule() instanceof NodeRule.Linear l && l.rule().name().startsWith("z-box"));
        all.put(
                name,
                o -> boxed ? Propagation.of(name, composite).within(bounds(name, o)) : Propagation.of(name, composite));
    }

    private static Bounds bounds(String name, AttributionOptions o) {
        Bounds bounds = o.bounds();
        if (bounds == null) {
            throw new QualmException("Method " + name
                    + " needs the least and largest value of each input channel in the model's space; found none."
                    + " Give the preprocessing, or take lrp-epsilon-plus-flat");
        }
        return bounds;
    }

    private static Composite flat(String name, Rule first, Rule ofConvolutions) {
        return Composite.of(name, Selector.linear(), first, ofConvolutions);
    }

    private static Attribution modified(String name, NodeRule rule) {
        return new Propagation(name, Composite.gradient(name, rule), null, Attribution.Completeness.NONE);
    }

    private static Attribution integrated(AttributionOptions o) {
        IntegratedGradients defaults = IntegratedGradients.defaults();
        Quadrature q = o.steps() == 0 ? defaults.quadrature() : Quadrature.gaussLegendre(o.steps());
        return new IntegratedGradients(q, o.baseline());
    }

    private static Attribution smooth(SmoothGrad.Moment moment, AttributionOptions o) {
        SmoothGrad d = SmoothGrad.defaults(moment);
        int samples = o.samples() == 0 ? d.samples() : o.samples();
        return new SmoothGrad(d.base(), moment, samples, o.level() == 0 ? d.level() : o.level(), o.seed());
    }

    private static Patterns patterns(String name, AttributionOptions o) {
        Patterns patterns = o.patterns();
        if (patterns == null) {
            throw new QualmException("Method " + name + " needs patterns learned from data; found none."
                    + " Learn them with Patterns.learn, or with qualm patterns");
        }
        return patterns;
    }

    /** Names of all methods, in kebab case. */
    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /** A method by name, with its own defaults where nothing else is given. */
    public static Attribution of(String name, AttributionOptions options) {
        Function<AttributionOptions, Attribution> found = ALL.get(name);
        if (found == null) {
            List<String> near = new ArrayList<>(ALL.keySet());
            throw new QualmException("There is no attribution method '" + name + "'; expected one of " + near);
        }
        return found.apply(options);
    }

    /** As {@link #of(String, AttributionOptions)} without options. */
    public static Attribution of(String name) {
        return of(name, AttributionOptions.none());
    }
}

package dev.qualm.attribution;

import dev.qualm.QualmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** All attribution methods by name. A new one is one more line here; the suites over all methods and the commands find it. */
public final class Attributions {
    private static final Map<String, Method> ALL = all();

    private record Method(String summary, Function<AttributionOptions, Attribution> maker) {}

    private Attributions() {}

    private static Method method(String summary, Function<AttributionOptions, Attribution> maker) {
        return new Method(summary, maker);
    }

    private static Map<String, Method> all() {
        Map<String, Method> all = new LinkedHashMap<>();
        all.put("gradient", method("where the output would move fastest", o -> new GradientMap(false)));
        all.put("gradient-times-input", method("a first-order share of each element", o -> new GradientMap(true)));
        all.put(
                "smoothgrad",
                method("the gradient, averaged over noisy copies", o -> smooth(SmoothGrad.Moment.MEAN, o)));
        all.put(
                "smoothgrad-squared",
                method(
                        "the squared gradient, averaged over noisy copies; never negative",
                        o -> smooth(SmoothGrad.Moment.SQUARE, o)));
        all.put(
                "vargrad",
                method(
                        "variance of the gradient over noisy copies; never negative",
                        o -> smooth(SmoothGrad.Moment.VARIANCE, o)));
        all.put(
                "integrated-gradients",
                method(
                        "shares of the change from a baseline, along a straight line; complete",
                        Attributions::integrated));
        all.put(
                "guided-backprop",
                method(
                        "the gradient, with negative parts stopped at every Relu",
                        o -> modified("guided-backprop", NodeRule.Plain.GUIDED)));
        all.put(
                "deconvnet",
                method(
                        "what is positive on the way back, whatever Relu did",
                        o -> modified("deconvnet", NodeRule.Plain.DECONVNET)));
        all.put(
                "beta-smooth",
                method(
                        "the gradient, with smooth derivatives of Relu (beta 10)",
                        o -> modified("beta-smooth", new NodeRule.BetaSmooth(10))));
        all.put(
                "grad-cam",
                method(
                        "where, coarsely: one layer's feature maps by their mean gradient",
                        o -> new GradCam(o.layer())));
        all.put(
                "occlusion",
                method(
                        "how far the output falls without each window; needs no gradient",
                        o -> new Occlusion(new int[0], new int[0], o.baseline())));
        all.put(
                "deeplift",
                method(
                        "shares of the change from a baseline, by secants; complete",
                        o -> new DeepLift(o.baseline(), true)));
        all.put(
                "excitation-backprop",
                method(
                        "positive contributions alone; activations by their gradient",
                        o -> Propagation.of("excitation-backprop", Composite.excitation())));
        lrp(
                all,
                "lrp-epsilon",
                "relevance by contribution, epsilon in all layers",
                Composite.uniform("epsilon", Rules.epsilon(Rules.EPSILON)));
        lrp(
                all,
                "lrp-gamma",
                "relevance by contribution, those of the output's sign favoured (gamma 0.25)",
                Composite.uniform("gamma", Rules.gamma(0.25)));
        lrp(
                all,
                "lrp-z-plus",
                "positive contributions alone, in all layers (deep Taylor)",
                Composite.uniform("z-plus", Rules.zPlus()));
        lrp(
                all,
                "lrp-alpha2-beta1",
                "positive against negative contributions, 2 to 1, in all layers",
                Composite.uniform("alpha2-beta1", Rules.alphaBeta(2, 1)));
        lrp(
                all,
                "lrp-epsilon-plus",
                "z-plus in convolutions, epsilon in dense layers",
                Composite.of("epsilon-plus", Rules.zPlus()));
        lrp(
                all,
                "lrp-epsilon-plus-flat",
                "lrp-epsilon-plus with equal shares in the first layer",
                flat("epsilon-plus-flat", Rules.flat(), Rules.zPlus()));
        lrp(
                all,
                "lrp-epsilon-plus-w-square",
                "lrp-epsilon-plus with shares by squared weights in the first layer",
                flat("epsilon-plus-w-square", Rules.wSquare(), Rules.zPlus()));
        lrp(
                all,
                "lrp-epsilon-alpha2-beta1",
                "alpha 2, beta 1 in convolutions, epsilon in dense layers",
                Composite.of("epsilon-alpha2-beta1", Rules.alphaBeta(2, 1)));
        lrp(
                all,
                "lrp-epsilon-alpha2-beta1-flat",
                "lrp-epsilon-alpha2-beta1 with equal shares in the first layer",
                flat("epsilon-alpha2-beta1-flat", Rules.flat(), Rules.alphaBeta(2, 1)));
        lrp(
                all,
                "lrp-epsilon-gamma-box",
                "z-box in the first layer, gamma in convolutions, epsilon in dense layers; needs pixel bounds",
                Composite.of("epsilon-gamma-box", Selector.of(NodeKind.CONVOLUTION), Rules.zBox(), Rules.gamma(0.25)));
        lrp(all, "lrp-reference", "the rules of Dombrowski et al. 2019; needs pixel bounds", Composite.reference());
        all.put(
                "pattern-net",
                method(
                        "the signal a layer's outputs respond to; needs patterns learned from data",
                        o -> PatternMap.net(patterns("pattern-net", o))));
        all.put(
                "pattern-attribution",
                method(
                        "how much of the output that signal carries; needs patterns",
                        o -> PatternMap.attribution(patterns("pattern-attribution", o))));
        return all;
    }

    private static void lrp(Map<String, Method> all, String name, String summary, Composite composite) {
        boolean boxed = composite.entries().stream()
                .anyMatch(e ->
                        e.rule() instanceof NodeRule.Linear l && l.rule().name().startsWith("z-box"));
        all.put(
                name,
                method(
                        summary,
                        o -> boxed
                                ? Propagation.of(name, composite).within(bounds(name, o))
                                : Propagation.of(name, composite)));
    }

    private static Bounds bounds(String name, AttributionOptions o) {
        Bounds bounds = o.bounds();
        if (bounds == null) {
            throw new QualmException(
                    "Method " + name
                            + " needs the least and largest value of each input channel in the model's space; found none."
                            + " Give the preprocessing of pixels or the values themselves (--bounds), or take lrp-epsilon-plus-flat");
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
        return find(name).maker.apply(options);
    }

    /** What a method shows, in half a line. */
    public static String summary(String name) {
        return find(name).summary;
    }

    private static Method find(String name) {
        Method found = ALL.get(name);
        if (found == null) {
            throw new QualmException("There is no attribution method '" + name + "'; expected one of " + names());
        }
        return found;
    }

    /** As {@link #of(String, AttributionOptions)} without options. */
    public static Attribution of(String name) {
        return of(name, AttributionOptions.none());
    }
}

package dev.qualm.attribution;

import dev.qualm.network.Network;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reverse pass by the rules of a composite: layer-wise relevance propagation (Bach et al. 2015), excitation backpropagation (Zhang et al.
 * 2016, arXiv 1608.00507), guided backpropagation (Springenberg et al. 2014, arXiv 1412.6806), the deconvnet (Zeiler, Fergus 2013,
 * arXiv 1311.2901).
 *
 * @param name in kebab case
 * @param bounds least and largest value of each input channel for the z-box rule, or null
 * @param completeness START for rules that share relevance, NONE for modified gradients
 */
public record Propagation(
        String name, Composite composite, @Nullable Bounds bounds, Completeness completeness)
        implements GraphAttribution {

    /** Relevance propagation by a composite that needs no bounds. */
    public static Propagation of(String name, Composite composite) {
        return new Propagation(name, composite, null, Completeness.START);
    }

    /** The same with the least and largest value of each input channel. */
    public Propagation within(Bounds newBounds) {
        return new Propagation(name, composite, newBounds, completeness);
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("composite", composite.name());
        all.put("fallback", composite.fallback().name().toLowerCase(java.util.Locale.ROOT));
        if (bounds != null) {
            all.put("bounds", bounds);
        }
        return all;
    }

    @Override
    public double passes() {
        return completeness == Completeness.NONE ? 2 : 3;
    }

    @Override
    public String flat(Network network) {
        return "";
    }

    @Override
    public String write(ReverseContext context) {
        CompositeRule rule = new CompositeRule(composite, bounds, context);
        String map = context.at(context.pass(rule), context.leaf());
        context.warnings().addAll(rule.warnings());
        return map;
    }
}

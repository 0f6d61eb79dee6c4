package dev.qualm.attribution;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.ExtendedNetwork;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.Network;
import dev.qualm.network.Structure;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs and differentiates a {@link GraphAttribution} on one network. */
final class GraphExplainer implements Explainer, DifferentiableMaps {
    private static final String CLASSES = "classes";
    private static final String MAP = "map";
    private static final String LOGITS = "logits";
    private static final String SEED = "seed";

    private final GraphAttribution method;
    private final Network network;
    private final Target target;
    private final Map<String, Array> further;
    private final ExtendedNetwork extended;
    private volatile @Nullable Origin origin;
    private final Set<String> warnings;

    GraphExplainer(GraphAttribution method, Network network, Target target) {
        this(method, network, target, Map.of());
    }

    /** @param further values of the method's and the network's inputs beside the one that is explained */
    GraphExplainer(GraphAttribution method, Network network, Target target, Map<String, Array> further) {
        if (network.structure().kind() == OutputKind.OTHER) {
            throw new dev.qualm.UnsupportedModelException(
                    "The network has no logits to explain: expected a float output, but found "
                            + network.graph().outputs());
        }
        this.method = method;
        this.network = network;
        this.target = target;
        this.further = further;
        Set<String> noted = java.util.Collections.synchronizedSet(new LinkedHashSet<>());
        this.warnings = noted;
        this.extended = ExtendedNetwork.of(network, method.taps(network), w -> write(w, noted));
    }

    private GraphExplainer(GraphExplainer other, Map<String, Array> further) {
        this.method = other.method;
        this.network = other.network;
        this.target = other.target;
        this.extended = other.extended;
        this.warnings = other.warnings;
        this.further = further;
    }

    /** The same with other values of further inputs; closing either closes both. */
    GraphExplainer with(Map<String, Array> otherFurther) {
        return new GraphExplainer(this, otherFurther);
    }

    /** Writes what a reverse pass starts with. */
    static String seed(GraphWriter w, Structure s, Target target, String classes) {
        boolean probabilities = !s.trueLogits() && s.kind() == OutputKind.PROBABILITIES;
        Attributes attributes = Attributes.NONE
                .with("quantity", target.quantity().label())
                .with("start", target.fromValue() ? "value" : "one")
                .with("holds", probabilities ? "probabilities" : "logits");
        return w.own("ClassSeed", List.of(s.logits(), classes), attributes);
    }

    private ExtendedNetwork.Names write(GraphWriter w, Set<String> noted) {
        Structure s = network.structure();
        String classes = w.input(new ValueInfo(w.fresh(CLASSES), ElementType.INT64, List.of(ValueInfo.Dim.of(-1))));
        String seed = seed(w, s, target, classes);
        Map<String, String> inputs = new LinkedHashMap<>(Map.of(CLASSES, classes));
        List<String> found = new ArrayList<>();
        String map = method.write(new ReverseContext(w, s.logits(), s.differentiable(), seed, inputs, found));
        noted.addAll(found);
        return new ExtendedNetwork.Names(inputs, Map.of(MAP, map, LOGITS, s.logits(), SEED, seed));
    }

    @Override
    public Explanation explain(Array batch, int[] classes) {
        List<Array> maps = new ArrayList<>();
        Results results = new Results(method.completeness());
        for (MicroBatches.Part part : MicroBatches.of(network, batch, classes)) {
            Map<String, Array> feeds = feeds(part.rows(), part.of(classes));
            Map<String, Array> out = extended.run(feeds, List.of(MAP, LOGITS, SEED));
            Array map = java.util.Objects.requireNonNull(out.get(MAP));
            Array logits = network.asLogits(java.util.Objects.requireNonNull(out.get(LOGITS)));
            Array promised = method.completeness() == Attribution.Completeness.DIFFERENCE
                    ? promised(method, part.rows(), logits, part.of(classes))
                    : java.util.Objects.requireNonNull(out.get(SEED));
            results.add(map, logits, promised, part.of(classes), target.quantity());
            maps.add(map);
        }
        return results.explanation(
                join(maps, batch), results.warningsOfGradients(warnings()), method.passes(), provenance());
    }

    /** The maps of one micro-batch, whole. */
    Array raw(Array rows, int[] classes) {
        return java.util.Objects.requireNonNull(
                extended.run(feeds(rows, classes), List.of(MAP)).get(MAP));
    }

    /** Logits alone. */
    Array logits(Array rows) {
        if (MicroBatches.isFixed(network, rows)) {
            List<MicroBatches.Part> parts = MicroBatches.of(network, rows);
            if (parts.size() > 1) {
                return Array.concat(parts.stream().map(p -> logits(p.rows())).toList());
            }
        }
        Map<String, Array> feeds = feeds(rows, Explainer.predicted(rows.dim(0)));
        return network.asLogits(java.util.Objects.requireNonNull(
                extended.run(feeds, List.of(LOGITS)).get(LOGITS)));
    }

    /** The quantity at each input minus that at the method's baseline; NaN where that is no input of the network. */
    Array promised(Attribution of, Array rows, Array logits, int[] classes) {
        double[] promised = new double[classes.length];
        Arrays.fill(promised, Double.NaN);
        Baseline baseline = of.baseline();
        if (baseline != null && rows.dtype().isFloating()) {
            double[][] z = Results.rows(logits);
            double[] z0 = originLogits(baseline, rows);
            for (int i = 0; i < promised.length; i++) {
                int c = classes[i] >= 0 ? classes[i] : Results.argmax(z[i]);
                promised[i] = target.quantity().of(z[i], c) - target.quantity().of(z0, c);
            }
        }
        return Array.of(promised, promised.length);
    }

    /** Logits at a baseline, the same for all micro-batches. Run in a batch like theirs, for which everything is compiled. */
    private double[] originLogits(Baseline baseline, Array rows) {
        List<Integer> shape = Arrays.stream(rows.shape()).skip(1).boxed().toList();
        Origin known = origin;
        if (known == null || !known.baseline.equals(baseline) || !known.shape.equals(shape)) {
            Array item = baseline.item(rows.shape(), network.precision() == Precision.FLOAT32);
            int times = MicroBatches.isFixed(network, rows) ? rows.dim(0) : Math.min(2, rows.dim(0));
            double[] z = Results.rows(logits(Array.concat(Collections.nCopies(times, item))))[0];
            known = new Origin(baseline, shape, z);
            origin = known;
        }
        return known.logits;
    }

    private record Origin(Baseline baseline, List<Integer> shape, double[] logits) {}

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    private static Array join(List<Array> maps, Array batch) {
        return maps.isEmpty() ? batch : maps.size() == 1 ? maps.get(0) : Array.concat(maps);
    }

    private Map<String, Array> feeds(Array rows, int[] classes) {
        Map<String, Array> feeds = new LinkedHashMap<>(further);
        feeds.put(inputName(), rows);
        long[] c = new long[classes.length];
        for (int i = 0; i < c.length; i++) {
            c[i] = classes[i];
        }
        feeds.put(CLASSES, Array.of(c, c.length));
        return feeds;
    }

    /** The input that is explained: the one that no further value was given for. */
    private String inputName() {
        List<String> open = network.inputs().stream()
                .map(ValueInfo::name)
                .filter(n -> !further.containsKey(n))
                .toList();
        if (open.size() != 1) {
            throw new dev.qualm.ShapeException(
                    "Expected one input to explain, but the network has " + network.inputs());
        }
        return open.get(0);
    }

    Provenance provenance() {
        Provenance p = Provenance.of(method.name());
        for (Map.Entry<String, Object> e : method.parameters().entrySet()) {
            p = p.with(e.getKey(), e.getValue());
        }
        return p.with("target", target.quantity().label())
                .with("start", target.fromValue() ? "value" : "1")
                .with("precision", network.precision())
                .with("passes", method.passes());
    }

    @Override
    public Point at(Array batch, int[] classes) {
        List<MicroBatches.Part> parts = MicroBatches.of(network, batch, classes);
        if (parts.size() > 1 && MicroBatches.isFixed(network, batch)) {
            return JoinedPoint.of(parts, p -> at(p.rows(), p.of(classes)));
        }
        return new GraphPoint(extended.pass(feeds(batch, classes), List.of(MAP, LOGITS)));
    }

    @Override
    public Point at(Array single, int c, int times) {
        return new GraphPoint(extended.pass(feeds(single, new int[] {c}), List.of(MAP, LOGITS), times));
    }

    private final class GraphPoint implements Point {
        private final ExtendedNetwork.Pass pass;

        GraphPoint(ExtendedNetwork.Pass pass) {
            this.pass = pass;
        }

        @Override
        public Array maps() {
            return pass.value(MAP);
        }

        @Override
        public Array logits() {
            return network.asLogits(pass.value(LOGITS));
        }

        @Override
        public Array pullback(@Nullable Array u, @Nullable Array v) {
            Map<String, Array> cotangents = new LinkedHashMap<>();
            if (u != null) {
                cotangents.put(MAP, u);
            }
            if (v != null) {
                cotangents.put(LOGITS, ofRaw(v));
            }
            return pass.gradient(cotangents);
        }

        /** The gradient at what the network gives, of that shape; where those are probabilities p, logits are log p. */
        private Array ofRaw(Array v) {
            Array raw = pass.value(LOGITS);
            Structure s = network.structure();
            if (s.trueLogits() || s.kind() == OutputKind.LOG_PROBABILITIES) {
                return v.reshape(raw.shape());
            }
            double[] out = v.toDoubles().clone();
            for (int i = 0; i < out.length; i++) {
                out[i] /= raw.get(i);
            }
            return Array.of(out, raw.shape());
        }

        @Override
        public void close() {
            pass.close();
        }
    }

    @Override
    public void close() {
        extended.close();
    }
}

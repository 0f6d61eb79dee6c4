package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One call of an operator with concrete inputs, for the suites that run over the registry.
 *
 * @param name what is special about it, for the test report
 * @param inputs arrays in order; null for one left out
 * @param constant indices of inputs that the kernel sees as constants (shapes, axes)
 * @param differentiate indices of the inputs whose derivatives are checked; they are FLOAT64
 * @param outputs number of outputs asked for
 * @param rows whether row i of every output depends on row i of input 0 (and of inputs as long as it) alone
 */
public record OperatorCase(
        String name,
        String domain,
        String type,
        int opset,
        Attributes attributes,
        List<@Nullable Array> inputs,
        TreeSet<Integer> constant,
        TreeSet<Integer> differentiate,
        int outputs,
        boolean rows) {

    /** A case of the standard domain, opset 17, one output, no inputs yet. */
    public static OperatorCase of(String type, String name) {
        return new OperatorCase(
                name, "", type, 17, Attributes.NONE, List.of(), new TreeSet<>(), new TreeSet<>(), 1, false);
    }

    public OperatorCase opset(int version) {
        return new OperatorCase(
                name, domain, type, version, attributes, inputs, constant, differentiate, outputs, rows);
    }

    public OperatorCase domain(String d) {
        return new OperatorCase(name, d, type, opset, attributes, inputs, constant, differentiate, outputs, rows);
    }

    public OperatorCase outputs(int n) {
        return new OperatorCase(name, domain, type, opset, attributes, inputs, constant, differentiate, n, rows);
    }

    /** States that rows along axis 0 do not influence one another, which the suite then checks. */
    public OperatorCase independentRows() {
        return new OperatorCase(name, domain, type, opset, attributes, inputs, constant, differentiate, outputs, true);
    }

    public OperatorCase attribute(String key, Object value) {
        return new OperatorCase(
                name, domain, type, opset, attributes.with(key, value), inputs, constant, differentiate, outputs, rows);
    }

    /** Adds a differentiated input with seeded values in (low, high), all distinct by at least 1e-3 of the range. */
    public OperatorCase input(long seed, double low, double high, int... shape) {
        int n = Array.size(shape);
        double[] values = new double[n];
        SplittableRandom random = new SplittableRandom(seed);
        // A shuffled grid with jitter: no two values are close, so max, sort and pooling have no ties to differentiate
        // through.
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        for (int i = 0; i < n; i++) {
            values[i] = low + (high - low) * (order[i] + 0.3 + 0.4 * random.nextDouble()) / n;
        }
        return add(Array.of(values, shape), false, true);
    }

    /** Adds an input that is neither constant nor differentiated (indices, conditions, data-dependent shapes). */
    public OperatorCase plain(@Nullable Array value) {
        return add(value, false, false);
    }

    /** Adds an input the kernel sees as a constant. */
    public OperatorCase constant(Array value) {
        return add(value, true, false);
    }

    private OperatorCase add(@Nullable Array value, boolean isConstant, boolean isDifferentiated) {
        List<@Nullable Array> in = new ArrayList<>(inputs);
        TreeSet<Integer> c = new TreeSet<>(constant);
        TreeSet<Integer> d = new TreeSet<>(differentiate);
        if (isConstant) {
            c.add(in.size());
        }
        if (isDifferentiated) {
            d.add(in.size());
        }
        in.add(value);
        return new OperatorCase(
                name, domain, type, opset, attributes, java.util.Collections.unmodifiableList(in), c, d, outputs, rows);
    }

    /** This case on one row of input 0 and of the inputs that have as many. */
    public OperatorCase row(int r) {
        int n = 0;
        List<@Nullable Array> in = new ArrayList<>(inputs);
        for (int i = 0; i < in.size(); i++) {
            Array a = in.get(i);
            n = i == 0 && a != null ? a.dim(0) : n;
            if (a != null && !constant.contains(i) && a.rank() > 0 && a.dim(0) == n) {
                in.set(i, a.slice(r, r + 1));
            }
        }
        return new OperatorCase(
                name,
                domain,
                type,
                opset,
                attributes,
                java.util.Collections.unmodifiableList(in),
                constant,
                differentiate,
                outputs,
                rows);
    }

    /** The registered operator. */
    public Operator operator() {
        Operator operator = Operators.find(domain, type);
        if (operator == null) {
            throw new AssertionError("Operator " + type + " is not registered");
        }
        return operator;
    }

    /** The kernel of this case in float64. */
    public Kernel kernel(boolean inPlace) {
        return kernel(inPlace, Precision.FLOAT64);
    }

    public Kernel kernel(boolean inPlace, Precision precision) {
        Operator operator = operator();
        List<String> names = new ArrayList<>();
        Map<String, Array> constants = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            Array a = inputs.get(i);
            names.add(a == null ? "" : "in" + i);
            if (a != null && constant.contains(i)) {
                constants.put("in" + i, a);
            }
        }
        List<String> outs = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            outs.add("out" + i);
        }
        Node node = new Node("node", domain, type, names, outs, attributes);
        NodeContext context = new NodeContext(node, opset, precision, false, constants);
        Operator.Factory own = operator.inPlace();
        Operator.Factory factory = inPlace && own != null ? own : operator.factory();
        return factory.create(context);
    }

    @Override
    public String toString() {
        return type + " " + name;
    }
}

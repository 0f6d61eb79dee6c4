package dev.qualm.network;

import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A compiled forward-mode derivative.
 *
 * @param direction input that holds the tangent of the leaf
 * @param tangent its result
 * @param locals nodes to record before it runs
 */
record TangentPlan(Plan plan, String direction, String tangent, List<Local> locals) implements AutoCloseable {

    /** A node that the engine differentiates, with the names under which the derivative reads its products. */
    record Local(Tangents.Local names, LocalNode node) {}

    /** Compiles when first asked for: few sweeps need tangents. Thread-safe. */
    static final class Later implements AutoCloseable {
        private final Graph graph;
        private final Map<String, int[]> shapes;
        private final WeightStore store;
        private final Precision precision;
        private final String output;
        private final String leaf;
        private boolean asked;
        private @Nullable TangentPlan made;

        Later(
                Graph graph,
                Map<String, int[]> shapes,
                WeightStore store,
                Precision precision,
                String output,
                String leaf) {
            this.graph = graph;
            this.shapes = shapes;
            this.store = store;
            this.precision = precision;
            this.output = output;
            this.leaf = leaf;
        }

        /** The plan, or null if the derivative cannot be written down or needs more than the forward pass keeps. */
        synchronized @Nullable TangentPlan get(Set<String> kept) {
            if (!asked) {
                Tangents.Written written = Tangents.of(graph, shapes, output, leaf);
                made = written == null || !kept.containsAll(written.kept()) ? null : compile(written);
                asked = true;
            }
            return made;
        }

        private TangentPlan compile(Tangents.Written written) {
            Plan plan = Plan.compile(written.graph(), store, precision, Set.of(written.tangent()), Plan.Mode.INFERENCE);
            List<Local> locals = new ArrayList<>();
            try {
                for (Tangents.Local local : written.locals()) {
                    locals.add(new Local(local, LocalNode.of(local.node(), graph, store, precision)));
                }
                return new TangentPlan(plan, written.direction(), written.tangent(), locals);
            } catch (RuntimeException e) {
                plan.close();
                locals.forEach(l -> l.node().close());
                throw e;
            }
        }

        @Override
        public synchronized void close() {
            if (made != null) {
                made.close();
            }
        }
    }

    @Override
    public void close() {
        plan.close();
        locals.forEach(l -> l.node().close());
    }
}

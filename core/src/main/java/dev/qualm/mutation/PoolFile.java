package dev.qualm.mutation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.artifact.Artifact;
import dev.qualm.artifact.Fields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A mutant pool as an artifact. */
/*
 * All deltas lie one after the other in three arrays: positions, and values by element type. The content lists them in the same order
 * with their sizes, so that a pool of thousands of deltas is still a handful of arrays.
 */
final class PoolFile {
    static final String KIND = "mutant-pool";
    private static final String POSITIONS = "positions";
    private static final String SINGLE = "values.float32";
    private static final String DOUBLE = "values.float64";
    private static final String ITEMS = "items";

    private PoolFile() {}

    static Artifact write(MutantPool pool) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        ArrayNode mutants = content.putArray("mutants");
        List<Array> positions = new ArrayList<>();
        List<Array> single = new ArrayList<>();
        List<Array> wide = new ArrayList<>();
        for (int i = 0; i < pool.size(); i++) {
            Mutant m = pool.mutants().get(i);
            Accuracy a = pool.accuracies().get(i);
            ObjectNode node = mutants.addObject().put("operator", m.operator()).put("index", m.index());
            node.put("correct", a.correct()).put("evaluated", a.evaluated()).put("of", a.items());
            ArrayNode deltas = node.putArray("deltas");
            for (Delta d : m.deltas()) {
                boolean isWide = d.values().dtype() == DType.FLOAT64;
                deltas.addObject()
                        .put("weight", d.weight())
                        .put("size", d.size())
                        .put("float64", isWide);
                positions.add(Array.of(d.positions(), d.size()));
                (isWide ? wide : single).add(d.values());
            }
        }
        AcceptanceReport r = pool.report();
        ObjectNode report = content.putObject("report");
        report.put("wanted", r.wanted()).put("accepted", r.accepted()).put("attempts", r.attempts());
        report.put("original", r.original())
                .put("leastCorrect", r.leastCorrect())
                .put("items", r.items());
        report.put("evaluations", r.evaluations());
        ObjectNode rejected = report.putObject("rejected");
        r.rejected().forEach((reason, count) -> rejected.put(reason.toString(), count));
        content.put("itemsHash", pool.items().hash());
        Map<String, Array> arrays = new LinkedHashMap<>();
        arrays.put(POSITIONS, positions.isEmpty() ? Array.of(new int[0], 0) : Array.concat(positions));
        arrays.put(SINGLE, single.isEmpty() ? Array.of(new float[0], 0) : Array.concat(single));
        arrays.put(DOUBLE, wide.isEmpty() ? Array.of(new double[0], 0) : Array.concat(wide));
        arrays.put(ITEMS, Array.of(pool.items().items(), pool.items().size()));
        return new Artifact(KIND, pool.model(), pool.provenance(), content, arrays);
    }

    /** @param name what messages call the file */
    static MutantPool read(Artifact artifact, String name) {
        try {
            return read(artifact);
        } catch (MutationException e) {
            throw new UnreadableFileException("Cannot use " + name + ": " + e.getMessage(), e);
        }
    }

    private static MutantPool read(Artifact artifact) {
        Fields fields = artifact.fields();
        Cursor positions = new Cursor(artifact, POSITIONS, DType.INT32);
        Cursor single = new Cursor(artifact, SINGLE, DType.FLOAT32);
        Cursor wide = new Cursor(artifact, DOUBLE, DType.FLOAT64);
        List<Mutant> mutants = new ArrayList<>();
        List<Accuracy> accuracies = new ArrayList<>();
        for (Fields m : fields.objects("mutants")) {
            List<Delta> deltas = new ArrayList<>();
            for (Fields d : m.objects("deltas")) {
                int size = d.integer("size");
                Array at = positions.next(size);
                Array values = (d.flag("float64") ? wide : single).next(size);
                deltas.add(new Delta(d.text("weight"), (int[]) at.data(), values));
            }
            mutants.add(new Mutant(m.text("operator"), m.whole("index"), deltas));
            accuracies.add(new Accuracy(m.integer("correct"), m.integer("evaluated"), m.integer("of")));
        }
        positions.requireEnd();
        single.requireEnd();
        wide.requireEnd();
        Fields r = fields.object("report");
        Map<Rejection, Long> rejected = new EnumMap<>(Rejection.class);
        Fields reasons = r.object("rejected");
        for (Rejection reason : Rejection.values()) {
            rejected.put(reason, reasons.whole(reason.toString()));
        }
        AcceptanceReport report = new AcceptanceReport(
                r.integer("wanted"),
                r.integer("accepted"),
                r.whole("attempts"),
                rejected,
                r.integer("original"),
                r.integer("leastCorrect"),
                r.integer("items"),
                r.whole("evaluations"));
        Array items = array(artifact, ITEMS, DType.INT64);
        return new MutantPool(
                artifact.modelHash(),
                mutants,
                accuracies,
                report,
                new ItemSet(fields.text("itemsHash"), items.longs()),
                artifact.provenance());
    }

    private static Array array(Artifact artifact, String name, DType type) {
        Array array = artifact.array(name);
        if (array.dtype() != type || array.rank() != 1) {
            throw new MutationException("expected a list of " + type + " as array '" + name + "', but found " + array);
        }
        return array;
    }

    /** Takes an array apart from its beginning. */
    private static final class Cursor {
        private final String name;
        private final Array array;
        private int at;

        Cursor(Artifact artifact, String name, DType type) {
            this.name = name;
            this.array = PoolFile.array(artifact, name, type);
        }

        Array next(int size) {
            if (size < 0 || size > array.size() - at) {
                throw new MutationException("expected deltas within the " + array.size() + " entries of array '" + name
                        + "', but found one of " + size + " after " + at);
            }
            at += size;
            return array.slice(at - size, at);
        }

        void requireEnd() {
            if (at != array.size()) {
                throw new MutationException("expected deltas for all " + array.size() + " entries of array '" + name
                        + "', but found " + at);
            }
        }
    }

    /** Checks that every delta fits the weight it changes. */
    static void requireFit(MutantPool pool, Map<String, Array> weights) {
        for (Mutant m : pool.mutants()) {
            for (Delta d : m.deltas()) {
                Array w = weights.get(d.weight());
                int last = Arrays.stream(d.positions()).max().orElse(-1);
                if (w == null || w.dtype() != d.values().dtype() || last >= w.size()) {
                    throw new UnreadableFileException("Mutant " + m.index() + " of " + m.operator() + " changes entry "
                            + last + " of weight '" + d.weight() + "' in "
                            + d.values().dtype()
                            + ", but the network has " + w + "; the file is damaged");
                }
            }
        }
    }
}

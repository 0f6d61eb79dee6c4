package dev.qualm.cli;

import dev.qualm.network.onnx.OnnxReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An {@link Inspection} for people: one screen, the most wanted first. */
final class InspectionText {
    private static final int HEAD = 20;
    private static final int TAIL = 5;
    private static final int NAMES = 12;
    private static final int WRAP = 100;

    /** Operators that end models whose output is no logit per class, though Qualm can only treat it as one. */
    private static final Set<String> NO_LOGITS = Set.of("Sigmoid", "HardSigmoid", "Tanh", "Relu");

    private final Inspection found;
    private final boolean all;
    private final List<String> lines = new ArrayList<>();

    /** @param all whether long lists are given in full */
    InspectionText(Inspection found, boolean all) {
        this.found = found;
        this.all = all;
    }

    List<String> lines() {
        lines.add(found.file());
        Columns facts = new Columns(true)
                .row("size", bytes(found.bytes()))
                .row("sha256", found.sha256())
                .row("opset", opsets());
        lines.addAll(facts.lines());
        ports("Inputs", found.inputs());
        ports("Outputs", found.outputs());
        unsupported();
        classifier();
        layers();
        activations();
        operators();
        return lines;
    }

    private String opsets() {
        return found.opset()
                + found.domains().entrySet().stream()
                        .map(e -> ", " + e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining());
    }

    private void heading(String text) {
        lines.add("");
        lines.add(text);
    }

    private void ports(String title, List<Inspection.Port> ports) {
        heading(title);
        Columns columns = new Columns(all);
        for (Inspection.Port p : cut(ports)) {
            columns.row(p.name(), p.type(), p.shape() == null ? "shape not declared" : declared(p.shape()));
        }
        lines.addAll(columns.lines());
        omitted(ports.size() - cut(ports).size(), "more");
    }

    /** Exporters make up long names for open axes; what counts is that they are open. */
    private String declared(List<Object> shape) {
        List<String> axes = new ArrayList<>();
        for (Object axis : shape) {
            boolean unwieldy = axis instanceof String symbol && symbol.length() > 12 && !all;
            axes.add(unwieldy ? axes.isEmpty() ? "N" : "?" : String.valueOf(axis));
        }
        return axes.toString();
    }

    private void unsupported() {
        if (!found.unsupported().isEmpty()) {
            heading("Not supported: " + count(found.unsupported().size(), "operator") + ", "
                    + count(
                            found.unsupported().stream()
                                    .mapToInt(Inspection.OperatorUse::count)
                                    .sum(),
                            "node"));
            for (Inspection.OperatorUse use : found.unsupported()) {
                names(use.op() + " (" + use.count() + "): ", use.nodes());
                String advice = OnnxReader.advice(use.op());
                if (!advice.isEmpty()) {
                    lines.add("    " + advice);
                }
            }
        }
        String problem = found.problem();
        if (problem != null) {
            heading("Not supported");
            problem.lines().forEach(l -> lines.add("  " + l));
        }
    }

    private void classifier() {
        Inspection.Classifier c = found.classifier();
        if (c == null) {
            if (found.runs()) {
                heading("Classifier");
                lines.add("  none: the model has no float output to read logits from (choose a tensor with --output)");
            }
            return;
        }
        heading("Classifier");
        Columns facts = new Columns(true);
        facts.row("output", holds(c));
        if (!c.output().equals(c.logits())) {
            facts.row("logits", "'" + c.logits() + "'");
        } else if (!c.trueLogits()) {
            facts.row("logits", "none in the graph; logarithms of the probabilities stand in for them");
        }
        Inspection.HeadRow head = c.head();
        if (head == null) {
            facts.row("head", "none: the logits do not come from a linear layer");
        } else {
            facts.row(
                    "head",
                    head.op() + " '" + head.node() + "', " + count(head.featureCount(), "feature") + " to "
                            + count(head.classes(), "class", "classes") + (head.bias() ? "" : ", without bias"));
            facts.row("features", (head.averaged() ? "means over positions of '" : "'") + head.features() + "'");
        }
        facts.row("gradients", gradients(c.gradients()));
        facts.row("batches", Objects.requireNonNullElse(c.batches(), "unknown"));
        if (!c.classNames().isEmpty()) {
            facts.row("classes", names(c.classNames()));
        }
        lines.addAll(facts.lines());
        if (c.note() != null) {
            lines.add("  A trial run with made-up data failed, so some facts are missing:");
            c.note().lines().forEach(l -> lines.add("    " + l));
        }
    }

    private static String holds(Inspection.Classifier c) {
        String kind = "'" + c.output() + "' holds " + c.holds().replace("log-p", "log p");
        if (c.producer() != null && NO_LOGITS.contains(c.producer())) {
            kind = "'" + c.output() + "' comes from a " + c.producer() + "; its values are taken for logits";
        }
        if (c.classes() != null) {
            return kind
                    + (c.classes() == 1
                            ? ", one number per sample: no classes to tell apart"
                            : " of " + number(c.classes()) + " classes");
        }
        return c.shape() == null ? kind : kind + " " + shape(c.shape()) + ": not one row of classes per sample";
    }

    private String gradients(GradientPath path) {
        String blocked = path.blockedBy().stream()
                .collect(Collectors.groupingBy(GradientPath.NodeName::op, java.util.TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(e -> e.getKey() + " ("
                        + names(e.getValue().stream()
                                .map(GradientPath.NodeName::node)
                                .toList())
                        + ")")
                .collect(Collectors.joining(", "));
        boolean input = found.inputs().stream().anyMatch(i -> i.name().equals(path.tensor()));
        String target = (input ? "to input '" : "to '") + path.tensor() + "'"
                + (input ? "" : ", the first float tensor after the input");
        if (path.reached()) {
            return target + (blocked.isEmpty() ? "" : "; none through " + blocked);
        }
        return "none reach " + (input ? "input '" : "'") + path.tensor() + "'"
                + (blocked.isEmpty() ? ", since the logits do not depend on it" : ": cut off by " + blocked);
    }

    private void layers() {
        List<Inspection.LayerRow> rows = found.layers();
        if (rows.isEmpty()) {
            return;
        }
        heading("Layers with weights: " + rows.size() + ", " + count(found.parameters(), "parameter"));
        Columns columns = new Columns(all).withLastRight().row("name", "operator", "output", "weights", "parameters");
        int hidden = all ? 0 : Math.max(0, rows.size() - HEAD - TAIL);
        for (int i = 0; i < rows.size(); i++) {
            if (hidden > 1 && i == HEAD) {
                columns.row("... " + hidden + " more (--all shows them)");
            }
            if (hidden > 1 && i >= HEAD && i < HEAD + hidden) {
                continue;
            }
            Inspection.LayerRow r = rows.get(i);
            columns.row(
                    r.name(),
                    r.op(),
                    shape(r.outputShape()),
                    r.weights().stream().map(w -> times(w.shape())).collect(Collectors.joining(" + ")),
                    number(r.parameters()));
        }
        lines.addAll(columns.lines());
    }

    private void activations() {
        if (!found.activations().isEmpty()) {
            heading("Activations: " + found.activations().size());
            names("", found.activations());
        }
    }

    private void operators() {
        heading("Operators: " + found.operators().size() + ", " + count(found.nodes(), "node"));
        wrap("", found.operators().stream().map(o -> o.op() + " " + o.count()).toList());
    }

    /** Names behind a title, wrapped; many are cut. */
    private void names(String title, List<String> names) {
        List<String> shown = new ArrayList<>();
        names.subList(0, all ? names.size() : Math.min(NAMES, names.size()))
                .forEach(n -> shown.add(all ? n : Columns.shorten(n, Columns.WIDEST)));
        if (shown.size() < names.size()) {
            shown.add("... " + (names.size() - shown.size()) + " more (--all shows them)");
        }
        wrap(title, shown);
    }

    private void wrap(String title, List<String> words) {
        StringBuilder line = new StringBuilder("  " + title);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i) + (i + 1 < words.size() ? ", " : "");
            if (line.length() + word.length() > WRAP && !line.toString().isBlank()) {
                lines.add(line.toString().stripTrailing());
                line = new StringBuilder(title.isEmpty() ? "  " : "    ");
            }
            line.append(word);
        }
        lines.add(line.toString().stripTrailing());
    }

    private String names(List<String> names) {
        int limit = all ? names.size() : 6;
        return String.join(", ", names.subList(0, Math.min(limit, names.size())))
                + (names.size() > limit ? ", ... " + (names.size() - limit) + " more" : "");
    }

    private <T> List<T> cut(List<T> list) {
        return all || list.size() <= HEAD + 1 ? list : list.subList(0, HEAD);
    }

    private void omitted(int count, String what) {
        if (count > 0) {
            lines.add("  ... " + count + " " + what + " (--all shows them)");
        }
    }

    private static String shape(@Nullable List<Integer> withoutBatch) {
        return withoutBatch == null
                ? ""
                : "[N" + withoutBatch.stream().map(d -> ", " + d).collect(Collectors.joining()) + "]";
    }

    private static String times(List<Integer> shape) {
        return shape.isEmpty() ? "1" : shape.stream().map(String::valueOf).collect(Collectors.joining("x"));
    }

    private static String count(long n, String one) {
        return count(n, one, one + "s");
    }

    private static String count(long n, String one, String many) {
        return number(n) + " " + (n == 1 ? one : many);
    }

    private static String number(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    static String bytes(long n) {
        if (n < 1024) {
            return count(n, "byte");
        }
        return n < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", n / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", n / 1048576.0);
    }
}

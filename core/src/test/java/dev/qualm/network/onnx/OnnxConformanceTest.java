package dev.qualm.network.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.ValueInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The ONNX project's own cases, all of them: each gives the right outputs or is refused by name before it runs.
 *
 * <p>Every case and its outcome is written to {@code target/conformance.csv}; a refusal counts as skipped, never as passed.
 */
class OnnxConformanceTest {
    /** Tolerances of the ONNX project's own runner. */
    private static final double RELATIVE = 1e-3;

    private static final double ABSOLUTE = 1e-7;

    /** Cases whose data say nothing, by name; everything else must pass or be refused by the reader. */
    private static final Map<Pattern, String> WITHOUT_MEANING = Map.of(
            Pattern.compile("test_bernoulli.*|test_training_dropout(?!_zero_ratio).*"),
            "random output",
            Pattern.compile("test_castlike_(BFLOAT16_to_FLOAT|FLOAT_to_BFLOAT16)(_expanded)?"),
            "input 'like' has another shape than the model declares",
            Pattern.compile("test_cast_FLOAT_to_BFLOAT16"),
            "recorded with truncation; the standard rounds to nearest",
            Pattern.compile("test_maxunpool_export_with_output_shape"),
            "indices are not those MaxPool gives for that shape (onnx issue 2398)");

    private static final Pattern MISSING_OPERATOR = Pattern.compile("(?m)^  ([\\w.:]+): \\d+ node");

    enum Status {
        PASSED,
        SKIPPED,
        FAILED
    }

    record Outcome(ConformanceCases.Case test, Status status, String reason) {}

    private static List<Outcome> outcomes = List.of();

    @BeforeAll
    static void runAll() throws IOException {
        List<Outcome> all = new ArrayList<>();
        for (ConformanceCases.Case c : ConformanceCases.all()) {
            all.add(run(c));
        }
        outcomes = List.copyOf(all);
        report();
    }

    @Test
    void allCases_runOrRefuse_noneFails() {
        assertThat(outcomes.stream()
                        .filter(o -> o.status() == Status.FAILED)
                        .map(o -> o.test().name() + ": " + o.reason()))
                .isEmpty();
    }

    @Test
    void nodeCases_run_enoughPass() {
        assertThat(passed("node")).isGreaterThanOrEqualTo(640);
    }

    @Test
    void pytorchCases_run_allPass() {
        assertThat(passed("pytorch-operator")).isEqualTo(35);
        assertThat(passed("pytorch-converted")).isEqualTo(82);
    }

    private static long passed(String group) {
        return outcomes.stream()
                .filter(o -> o.test().group().equals(group) && o.status() == Status.PASSED)
                .count();
    }

    private static Outcome run(ConformanceCases.Case c) {
        String name = c.folder().getFileName().toString();
        for (Map.Entry<Pattern, String> e : WITHOUT_MEANING.entrySet()) {
            if (e.getKey().matcher(name).matches()) {
                return new Outcome(c, Status.SKIPPED, e.getValue());
            }
        }
        Network network;
        try {
            Graph graph = Network.read(c.model());
            network = Network.of(graph, Precision.FLOAT32);
        } catch (UnsupportedModelException e) {
            return new Outcome(c, Status.SKIPPED, refusal(e));
        } catch (RuntimeException e) {
            return new Outcome(c, Status.FAILED, "load: " + e);
        }
        try (network) {
            String problem = compare(c, network);
            return new Outcome(c, problem.isEmpty() ? Status.PASSED : Status.FAILED, problem);
        } catch (RuntimeException | IOException e) {
            return new Outcome(c, Status.FAILED, "run: " + e);
        }
    }

    /** The refusal without the case's own names, so that equal reasons count together. */
    private static String refusal(UnsupportedModelException e) {
        String text = String.valueOf(e.getMessage());
        Matcher missing = MISSING_OPERATOR.matcher(text);
        List<String> operators = new ArrayList<>();
        while (missing.find()) {
            operators.add(missing.group(1));
        }
        if (!operators.isEmpty()) {
            return "operator " + String.join(" ", operators);
        }
        String reasons = text.lines()
                .skip(1)
                .map(l -> l.replaceAll("'[^']*': ", "").strip())
                .distinct()
                .collect(Collectors.joining("; "));
        return reasons.isEmpty() ? text : reasons;
    }

    private static String compare(ConformanceCases.Case c, Network network) throws IOException {
        List<ValueInfo> inputs = network.inputs();
        List<Array> given = c.inputs(inputs);
        if (given.size() != inputs.size()) {
            return "the data hold " + given.size() + " inputs, the network has " + inputs;
        }
        Map<String, Array> feeds = new LinkedHashMap<>();
        for (int i = 0; i < given.size(); i++) {
            feeds.put(inputs.get(i).name(), given.get(i));
        }
        List<String> names =
                network.graph().outputs().stream().map(ValueInfo::name).toList();
        List<Array> expected = c.outputs(network.graph().outputs());
        network.runWhole(feeds, names);
        // The second run: what the first one may have overwritten shows in it.
        Map<String, Array> found = network.runWhole(feeds, names);
        for (int i = 0; i < expected.size(); i++) {
            String problem = difference(expected.get(i), found.get(names.get(i)));
            if (!problem.isEmpty()) {
                return "output " + names.get(i) + ": " + problem;
            }
        }
        return "";
    }

    private static String difference(Array expected, Array found) {
        if (expected.dtype() != found.dtype() || !Arrays.equals(expected.shape(), found.shape())) {
            return "expected " + expected + ", but found " + found;
        }
        if (!expected.dtype().isFloating()) {
            int at = Arrays.mismatch(expected.toLongs(), found.toLongs());
            return at < 0 ? "" : "element " + at + ": expected " + expected.get(at) + ", but found " + found.get(at);
        }
        for (int i = 0; i < expected.size(); i++) {
            double e = expected.get(i);
            double f = found.get(i);
            if (Double.compare(e, f) != 0 && !(Math.abs(e - f) <= ABSOLUTE + RELATIVE * Math.abs(e))) {
                return "element " + i + " of " + expected + ": expected " + e + ", but found " + f;
            }
        }
        return "";
    }

    private static void report() throws IOException {
        StringBuilder csv = new StringBuilder("case,status,reason\n");
        for (Outcome o : outcomes) {
            csv.append(o.test().name())
                    .append(',')
                    .append(o.status())
                    .append(",\"")
                    .append(o.reason().replace("\"", "\"\"").replace("\n", " "))
                    .append("\"\n");
        }
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target", "conformance.csv"), csv, StandardCharsets.UTF_8);
        for (String group : ConformanceCases.GROUPS) {
            Map<Status, Long> counts = outcomes.stream()
                    .filter(o -> o.test().group().equals(group))
                    .collect(Collectors.groupingBy(Outcome::status, TreeMap::new, Collectors.counting()));
            System.out.println(String.format(Locale.ROOT, "ONNX conformance, %-17s %s", group, counts));
        }
        Map<String, Long> reasons = outcomes.stream()
                .filter(o -> o.status() == Status.SKIPPED)
                .collect(Collectors.groupingBy(Outcome::reason, TreeMap::new, Collectors.counting()));
        reasons.forEach((reason, count) -> System.out.println("  skipped " + count + ": " + reason));
    }
}

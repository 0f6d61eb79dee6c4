package dev.qualm.metric;

import dev.qualm.array.Array;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** Reference values computed outside this project: lines of "case key value value ...". */
final class Golden {
    private Golden() {}

    /** Values by case, then by key. */
    static Map<String, Map<String, double[]>> read(String file) {
        Map<String, Map<String, double[]>> cases = new TreeMap<>();
        try (InputStream raw = Objects.requireNonNull(Golden.class.getResourceAsStream("/golden/metric/" + file));
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(raw), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] parts = line.split(" ", 3);
                cases.computeIfAbsent(parts[0], c -> new TreeMap<>())
                        .put(
                                parts[1],
                                Arrays.stream(parts[2].split(" "))
                                        .mapToDouble(Double::parseDouble)
                                        .toArray());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return cases;
    }

    /**
     * The cases of selective prediction: confidences and marks are given, or follow from the probabilities of
     * calibration.
     */
    static Map<String, Map<String, double[]>> selective() {
        Map<String, Map<String, double[]>> cases = read("selective.txt.gz");
        read("calibration.txt.gz").forEach((name, values) -> {
            TopLabel top = topLabel(values);
            double[] correct = new double[top.n()];
            Arrays.setAll(correct, i -> top.correct(i) ? 1 : 0);
            Map<String, double[]> selective = Objects.requireNonNull(cases.get(name), name);
            selective.put("confidence", top.confidences());
            selective.put("correct", correct);
        });
        return cases;
    }

    static Array probabilities(Map<String, double[]> values) {
        double[] flat = Objects.requireNonNull(values.get("probabilities"));
        return Array.of(flat, labels(values).length, flat.length / labels(values).length);
    }

    static int[] labels(Map<String, double[]> values) {
        return Arrays.stream(Objects.requireNonNull(values.get("labels")))
                .mapToInt(v -> (int) v)
                .toArray();
    }

    static TopLabel topLabel(Map<String, double[]> values) {
        return TopLabel.of(probabilities(values), labels(values));
    }
}

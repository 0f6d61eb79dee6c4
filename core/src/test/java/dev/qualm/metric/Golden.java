package dev.qualm.metric;

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
}

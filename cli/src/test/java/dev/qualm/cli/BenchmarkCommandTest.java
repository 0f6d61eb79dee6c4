package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarkCommandTest {
    @TempDir
    Path folder;

    @Test
    void benchmark_fewItems_writesTablesOfEverySet() throws IOException {
        Path out = folder.resolve("out");
        CommandRun result = CommandRun.of(
                "benchmark",
                "--models",
                "2",
                "--epochs",
                "1",
                "--limit",
                "30",
                "--detectors",
                "rel-u,fdbd,odin,squeeze",
                "--home",
                Path.of(".."),
                "-o",
                out);
        assertThat(result.code()).as(result.err()).isZero();
        JsonNode report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
        assertThat(report.path("models")).hasSize(2);
        List<String> tables = Files.readAllLines(out.resolve("tables.md"));
        assertThat(tables)
                .anyMatch(l -> l.startsWith("| seed 1 | 30 |"))
                .anyMatch(l -> l.startsWith("| seed 2 | 30 |"));
        for (String set :
                List.of("other classes", "digits | noise", "rotated", "wrong predictions", "FGSM | PGD | DeepFool")) {
            assertThat(tables).anyMatch(l -> l.startsWith("| detector") && l.contains(set));
        }
        assertThat(tables).anyMatch(l -> l.contains("NON-ADAPTIVE"));
        // The floor is always there, also where nobody asked for it.
        for (String detector : List.of("`rel-u`", "`fdbd`", "`odin:epsilon=0.0039`", "`msp`", "`energy`", "`gen`")) {
            assertThat(tables.stream()
                            .filter(l -> l.startsWith("| " + detector))
                            .count())
                    .as(detector)
                    .isGreaterThanOrEqualTo(5);
        }
        assertThat(out.resolve("report.html")).isNotEmptyFile();
        assertThat(out.resolve("table.csv")).isNotEmptyFile();
    }

    @Test
    void benchmark_withoutTheProjectsFolder_saysWhatToDo() {
        CommandRun result = CommandRun.of("benchmark", "--home", folder, "-o", folder.resolve("x"));
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("which is missing; run it from a complete checkout");
        assertThat(folder.resolve("x")).doesNotExist();
    }
}

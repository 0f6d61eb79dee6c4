package dev.qualm.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ScoreReportPageTest {
    @Test
    void write_syntheticReport_leavesOnePageForTheEye() throws Exception {
        Path file = Path.of("target", "preview", "report.html");
        ScoreReportPage.write(SyntheticReport.create(), file);
        assertThat(Files.readString(file)).isEqualTo(ScoreReportPage.render(SyntheticReport.create()));
        try (var files = Files.list(file.getParent())) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactly("report.html");
        }
    }
}

package dev.qualm.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ScoreReportPageTest {
    private static final String HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'";

    @Test
    void render_syntheticReport_isOneWellFormedPageWithEverythingInside() throws Exception {
        Document page = parse(ScoreReportPage.render(SyntheticReport.create()));
        for (Element e : all(page, "*")) {
            for (String link : List.of("src", "href")) {
                assertThat(e.getAttribute(link)).matches("|#[a-z-]+|data:image/png;base64,[A-Za-z0-9+/=]+");
            }
        }
        assertThat(all(page, "script")).hasSize(1);
        assertThat(all(page, "img"))
                .hasSize(12)
                .allSatisfy(i -> assertThat(i.getAttribute("alt")).isNotBlank());
        Set<String> ids = new HashSet<>();
        all(page, "*").stream()
                .map(e -> e.getAttribute("id"))
                .filter(id -> !id.isEmpty())
                .forEach(id -> assertThat(ids.add(id)).as(id).isTrue());
        List<Element> contents = all((Element) page.getElementsByTagName("nav").item(0), "a");
        assertThat(contents)
                .hasSize(6)
                .allSatisfy(a -> assertThat(ids).contains(a.getAttribute("href").substring(1)));
    }

    @Test
    void render_hostileNames_areOnlyText() throws Exception {
        Document page = parse(ScoreReportPage.render(SyntheticReport.create(HOSTILE, HOSTILE)));
        assertThat(all(page, "script")).hasSize(1);
        assertThat(all(page, "img")).hasSize(12);
        assertThat(page.getElementsByTagName("h1").item(0).getTextContent()).isEqualTo(HOSTILE);
        for (Element e : all(page, "*")) {
            for (int i = 0; i < e.getAttributes().getLength(); i++) {
                assertThat(e.getAttributes().item(i).getNodeName()).doesNotStartWith("on");
            }
        }
    }

    @Test
    void render_summary_marksTheBestOfEachColumnAndExplainsGaps() throws Exception {
        Document page = parse(ScoreReportPage.render(SyntheticReport.create()));
        Element summary = section(page, "summary");
        List<Element> best = all(summary, "span").stream()
                .filter(s -> s.getAttribute("class").contains("best"))
                .toList();
        assertThat(best).hasSize(10);
        String text = summary.getTextContent();
        assertThat(text).contains("zero gradients", "3 undefined", "non-adaptive attack", "no evidence of robustness");
        assertThat(text).contains("at least 95 %", "mid-ranks", "n = 400", "percentile bootstrap");
    }

    @Test
    void render_columnWithoutAnyValue_marksNothing() throws Exception {
        OutSet set = new OutSet("x", OutSet.Kind.FAR, 5, "");
        Estimate none = Estimate.missing("not computed");
        ScoreRow row = new ScoreRow("s", "f", "q", 2.5, Double.NaN, List.of(new ScoreRow.Cell("x", none, none, 5)));
        ScoreReport report = new ScoreReport(
                "t",
                "s",
                "in",
                9,
                List.of(set),
                new Rules("a", "b", "c", "d"),
                List.of(row),
                List.of(),
                List.of(),
                new Doubted("energy", List.of(), CosineMap.missing("no class"), List.of()),
                Map.of(),
                List.of());
        Element summary = section(parse(ScoreReportPage.render(report)), "summary");
        assertThat(summary.getTextContent())
                .contains("–not computed", "–not measured", "2.5")
                .doesNotContain("NaN");
        assertThat(all(summary, "span")).noneMatch(s -> s.getAttribute("class").contains("best"));
    }

    @Test
    void render_manyClasses_drawsMapsAsPictures() throws Exception {
        int k = 50;
        List<String> classes = java.util.stream.IntStream.range(0, k)
                .mapToObj(i -> "class " + i)
                .toList();
        DoubtedItem item = new DoubtedItem(
                "#1",
                new Picture(1, 1, new byte[] {1}),
                "in",
                "class 3",
                0.5,
                "class 4",
                List.of(),
                CosineMap.of(new double[k][k]));
        ScoreReport report = new ScoreReport(
                "t",
                "s",
                "in",
                9,
                List.of(),
                new Rules("a", "b", "c", "d"),
                List.of(),
                List.of(),
                List.of(),
                new Doubted("energy", classes, CosineMap.missing("not kept"), List.of(item)),
                Map.of(),
                List.of());
        Element doubted = section(parse(ScoreReportPage.render(report)), "doubted");
        assertThat(all(doubted, "img")).hasSize(2);
        assertThat(doubted.getTextContent()).contains("not kept", "in, wrong");
    }

    @Test
    void render_otherLocale_givesTheSamePage() {
        String expected = ScoreReportPage.render(SyntheticReport.create());
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG"));
            assertThat(ScoreReportPage.render(SyntheticReport.create())).isEqualTo(expected);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void render_styles_useOnlyColoursThatAreDefined() {
        String page = ScoreReportPage.render(SyntheticReport.create());
        Set<String> used = names("var\\(--([a-z0-9-]+)", page);
        Set<String> defined = names("[{;\"]--([a-z0-9-]+):", page);
        assertThat(defined).containsAll(used);
        assertThat(used).contains("s0", "d40", "ink", "a", "w", "heat");
    }

    @Test
    void write_existingFile_isReplacedWholeWithNothingLeftBeside(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("report.html"), "old");
        ScoreReport report = SyntheticReport.create();
        ScoreReportPage.write(report, file);
        assertThat(Files.readString(file)).isEqualTo(ScoreReportPage.render(report));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void write_folderThatIsAFile_saysSoAndLeavesNothing(@TempDir Path folder) throws Exception {
        Path blocker = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> AtomicFile.write(blocker.resolve("report.html"), new byte[1]))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("report.html")
                .hasMessageContaining("writable");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(blocker);
        }
    }

    /** For the eye: a page to open in a browser after a change of the looks. */
    @Test
    void write_newFolder_isMade() throws Exception {
        Path file = Path.of("target", "preview", "report.html");
        Files.deleteIfExists(file);
        ScoreReportPage.write(SyntheticReport.create(), file);
        assertThat(file).isNotEmptyFile();
    }

    private static Set<String> names(String pattern, String text) {
        Set<String> out = new TreeSet<>();
        Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult m) -> m.group(1))
                .forEach(out::add);
        return out;
    }

    private static Element section(Document page, String id) {
        return all(page, "section").stream()
                .filter(s -> s.getAttribute("id").equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static List<Element> all(Document page, String tag) {
        return all(page.getDocumentElement(), tag);
    }

    private static List<Element> all(Element root, String tag) {
        NodeList found = root.getElementsByTagName(tag);
        return java.util.stream.IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }

    private static Document parse(String page) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(page)));
    }
}

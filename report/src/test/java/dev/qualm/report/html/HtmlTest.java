package dev.qualm.report.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.StringReader;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;

class HtmlTest {
    @Test
    void text_markupInName_isEscaped() {
        assertThat(Html.text("<script>alert('x') & \"y\"</script>").toString())
                .isEqualTo("&lt;script&gt;alert(&#39;x&#39;) &amp; &quot;y&quot;&lt;/script&gt;");
    }

    @Test
    void attr_quoteInValue_cannotLeaveTheAttribute() {
        assertThat(Html.el("p").attr("title", "\" onload=\"x").html().toString())
                .isEqualTo("<p title=\"&quot; onload=&quot;x\"></p>");
    }

    @Test
    void text_controlSurrogateAndOverride_becomeReplacementCharacters() {
        assertThat(Html.text("a\u0000b\uD800c\u202Ed\uFFFEe").toString()).isEqualTo("a\uFFFDb\uFFFDc\uFFFDd\uFFFDe");
        assertThat(Html.text("tab\tline\n😀 ö").toString()).isEqualTo("tab\tline\n😀 ö");
    }

    @Test
    void el_anyStrings_parseBackToWhatWasPut() throws Exception {
        Random random = new Random(3);
        String alphabet = "<>&\"'/=-![]{}()abc \uD83D\uDE00é;#x";
        for (int trial = 0; trial < 300; trial++) {
            StringBuilder s = new StringBuilder();
            for (int i = random.nextInt(30); i >= 0; i--) {
                int at = random.nextInt(alphabet.length());
                s.appendCodePoint(Character.isSurrogate(alphabet.charAt(at)) ? 0x1F600 : alphabet.charAt(at));
            }
            String text = s.toString();
            var parsed = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(
                            Html.el("p").attr("title", text).text(text).html().toString())))
                    .getDocumentElement();
            assertThat(parsed.getTextContent()).isEqualTo(text);
            assertThat(parsed.getAttribute("title")).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"onclick", "ONLOAD", "a b", "x=\"", "", "1a"})
    void attr_handlerOrMalformedName_isRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> Html.el("p").attr(name, "v"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"script", "STYLE", "iframe", "p onclick", ""})
    void el_activeOrMalformedElement_isRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> Html.el(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"javascript:alert(1)", "https://example.org/a.png", "data:text/html,x", "//example.org", "a.png"
            })
    void attr_linkOutOfThePage_isRefused(String link) {
        assertThatIllegalArgumentException().isThrownBy(() -> Html.el("a").attr("href", link));
        assertThatIllegalArgumentException().isThrownBy(() -> Html.el("img").attr("src", link));
    }

    @Test
    void html_voidElement_closesItselfAndTakesNoContent() {
        assertThat(Html.el("br").html().toString()).isEqualTo("<br />");
        assertThatIllegalStateException()
                .isThrownBy(() -> Html.el("br").text("x").html());
    }

    @Test
    void document_scriptThatCouldEndItsElement_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Document.render("t", "", "if (a < b) {}", Html.EMPTY));
    }
}

package dev.qualm.report;

import dev.qualm.QualmException;
import dev.qualm.report.chart.Palette;
import dev.qualm.report.html.Document;
import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A page of titled sections with a table of contents, in the look that all reports share. */
public final class ReportPage {
    private final String title;
    private final Html lead;
    private final List<Html> contents = new ArrayList<>();
    private final List<Html> sections = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();

    /**
     * A page without sections.
     *
     * @param lead stands under the title, before the table of contents
     */
    public ReportPage(String title, Html lead) {
        this.title = title;
        this.lead = lead;
    }

    /**
     * Appends a section.
     *
     * @param id anchor: lower-case letters, digits and hyphens, unique in the page
     * @param intro one or two sentences under the heading
     */
    public ReportPage section(String id, String heading, String intro, Html... body) {
        if (!id.matches("[a-z][a-z0-9-]*") || !ids.add(id)) {
            throw new IllegalArgumentException(
                    "Expected a new id of lower-case letters, digits and hyphens, but found " + id);
        }
        contents.add(Html.el("li")
                .add(Html.el("a").attr("href", "#" + id).text(heading))
                .html());
        Element section = Html.el("section")
                .attr("id", id)
                .attr("aria-labelledby", id + "-heading")
                .add(Html.el("h2").attr("id", id + "-heading").text(heading));
        if (!intro.isEmpty()) {
            section.add(Html.el("p", "intro").text(intro));
        }
        sections.add(section.add(body).html());
        return this;
    }

    /** A summary and the facts under it, as a {@code lead}. */
    public static Html lead(String summary, Map<String, String> facts) {
        Element list = Html.el("dl", "facts-grid");
        facts.forEach((name, value) -> list.add(
                Html.el("div").add(Html.el("dt").text(name)).add(Html.el("dd").text(value))));
        return Html.of(Html.el("p", "lead").text(summary).html(), list.html());
    }

    /** Limits a reader must know; nothing if there are none. */
    public static Html notes(List<String> notes) {
        if (notes.isEmpty()) {
            return Html.EMPTY;
        }
        Element list = Html.el("ul");
        notes.forEach(n -> list.add(Html.el("li").text(n)));
        return Html.el("aside", "notes")
                .add(Html.el("h3").text("Read with care"))
                .add(list)
                .html();
    }

    /** The whole page, which needs no other file and no network. */
    public String render() {
        Html nav = Html.el("nav")
                .attr("aria-label", "Contents")
                .add(Html.el("ol").add(contents))
                .html();
        Html header = Html.el("header").add(Html.el("h1").text(title)).add(lead).html();
        Html main = Html.el("main").add(sections).html();
        Html body = Html.el("div", "page").add(header, nav, main).html();
        return Document.render(title, Palette.css() + resource("report.css"), resource("report.js"), body);
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new QualmException("The report module's jar lacks " + name + "; build or download it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new QualmException("Could not read " + name + " from the report module's jar", e);
        }
    }
}

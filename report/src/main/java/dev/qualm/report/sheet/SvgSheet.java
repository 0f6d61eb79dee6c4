package dev.qualm.report.sheet;

import dev.qualm.report.html.DataUri;
import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;

/** Writes a sheet as a self-contained SVG. Colours are plain values, not CSS variables, which many viewers lack. */
public final class SvgSheet {
    private SvgSheet() {}

    /** A document of its own. */
    static String draw(Sheet sheet, String title) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element(sheet, title) + "\n";
    }

    /** The {@code svg} element, to stand in a page. */
    public static Html element(Sheet sheet, String title) {
        Element svg = Html.el("svg", "sheet")
                .attr("xmlns", "http://www.w3.org/2000/svg")
                .attr("viewBox", "0 0 " + sheet.width() + " " + sheet.height())
                .attr("width", sheet.width())
                .attr("height", sheet.height())
                .attr("role", "img")
                .attr("aria-label", title)
                .attr("font-family", "system-ui,-apple-system,'Segoe UI',Roboto,sans-serif")
                .add(Html.el("title").text(title))
                .add(rect(new Mark.Rect(0, 0, sheet.width(), sheet.height(), Sheet.WHITE, null)));
        for (Mark mark : sheet.marks()) {
            svg.add(element(mark));
        }
        return svg.html();
    }

    private static Element element(Mark mark) {
        if (mark instanceof Mark.Rect r) {
            return rect(r);
        }
        if (mark instanceof Mark.Line l) {
            return Html.el("line")
                    .attr("x1", l.x1())
                    .attr("y1", l.y1())
                    .attr("x2", l.x2())
                    .attr("y2", l.y2())
                    .attr("stroke", l.colour().hex())
                    .attr("stroke-width", l.stroke());
        }
        if (mark instanceof Mark.Image i) {
            boolean shrunk =
                    i.width() < i.pixels().getWidth() || i.height() < i.pixels().getHeight();
            return Html.el("image")
                    .attr("x", i.x())
                    .attr("y", i.y())
                    .attr("width", i.width())
                    .attr("height", i.height())
                    .attr("preserveAspectRatio", "none")
                    .attr("image-rendering", shrunk ? "auto" : "pixelated")
                    .attr("href", DataUri.png(i.pixels()));
        }
        return text((Mark.Text) mark);
    }

    private static Element rect(Mark.Rect r) {
        Element rect = Html.el("rect")
                .attr("x", r.x())
                .attr("y", r.y())
                .attr("width", r.width())
                .attr("height", r.height())
                .attr("fill", r.fill().hex());
        return r.tip() == null ? rect : rect.add(Html.el("title").text(r.tip()));
    }

    private static Element text(Mark.Text t) {
        Element text = Html.el("text")
                .attr("font-size", t.lettering().size())
                .attr("fill", t.colour().hex())
                .attr(
                        "text-anchor",
                        switch (t.anchor()) {
                            case START, RISING -> "start";
                            case MIDDLE -> "middle";
                            case END -> "end";
                        });
        if (t.lettering().bold()) {
            text.attr("font-weight", "700");
        }
        if (t.anchor() == Mark.Anchor.RISING) {
            text.attr(
                    "transform",
                    "translate(" + Numbers.coordinate(t.x()) + " " + Numbers.coordinate(t.y()) + ") rotate(-45)");
        } else {
            text.attr("x", t.x()).attr("y", t.y());
        }
        return text.text(t.text());
    }
}

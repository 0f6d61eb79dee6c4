package dev.qualm.report.html;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A table with row headers, optional groups above the columns, and columns a reader with scripts may sort by. */
public final class Table {
    private final String caption;
    private final List<Html> groups = new ArrayList<>();
    private final List<Html> heads = new ArrayList<>();
    private final List<Html> rows = new ArrayList<>();

    /**
     * An empty table.
     *
     * @param caption what the table shows; read aloud first
     */
    public Table(String caption) {
        this.caption = caption;
    }

    /** Names the next {@code span} columns together. */
    public Table group(Html label, int span) {
        String tag = label.isEmpty() ? "td" : "th";
        Element th = Html.el(tag, label.isEmpty() ? "group empty" : "group").attr("colspan", Integer.toString(span));
        if (!label.isEmpty()) {
            th.attr("scope", "colgroup");
        }
        groups.add(th.add(label).html());
        return this;
    }

    /** A column of text. */
    public Table column(String label) {
        heads.add(Html.el("th").attr("scope", "col").text(label).html());
        return this;
    }

    /** A column of numbers, sortable; {@code first} marks the first of a group. */
    public Table number(String label, String explanation, boolean first) {
        heads.add(Html.el("th", first ? "n first" : "n")
                .attr("scope", "col")
                .attr("data-sort", "")
                .attr("title", explanation)
                .text(label)
                .html());
        return this;
    }

    /** A row: its header and one cell per further column. */
    public Table row(Html header, List<Cell> cells) {
        if (cells.size() + 1 != heads.size()) {
            throw new IllegalArgumentException(
                    "Table '" + caption + "' has " + heads.size() + " columns, but a row has " + (cells.size() + 1));
        }
        Element tr = Html.el("tr").add(Html.el("th").attr("scope", "row").add(header));
        cells.forEach(c -> tr.add(c.html()));
        rows.add(tr.html());
        return this;
    }

    /** The table in a box that scrolls sideways where the screen is narrow. */
    public Html html() {
        Element head = Html.el("thead");
        if (!groups.isEmpty()) {
            head.add(Html.el("tr").add(groups));
        }
        head.add(Html.el("tr").add(heads));
        Element table = Html.el("table")
                .add(Html.el("caption").text(caption))
                .add(head)
                .add(Html.el("tbody").add(rows));
        return Html.el("div", "scroll")
                .attr("tabindex", "0")
                .attr("role", "region")
                .attr("aria-label", caption)
                .add(table)
                .html();
    }

    /**
     * One cell.
     *
     * @param sortKey the number to sort by, null in columns of text; NaN sorts last
     * @param heat strength of the background colour in -1 (bad) to 1 (good), 0 for none
     */
    public record Cell(Html content, @Nullable Double sortKey, String classes, double heat) {
        public static Cell text(String text) {
            return new Cell(Html.text(text), null, "", 0);
        }

        public static Cell number(String text, double value) {
            return new Cell(Html.text(text), value, "n", 0);
        }

        private Html html() {
            String heatClass = heat > 0 ? " good" : heat < 0 ? " bad" : "";
            Element td = Html.el("td", (classes + heatClass).strip());
            if (sortKey != null) {
                td.attr("data-v", Double.isNaN(sortKey) ? "" : Double.toString(sortKey));
            }
            if (heat != 0) {
                td.attr("style", String.format(Locale.ROOT, "--a:%.3f", Math.min(1, Math.abs(heat))));
            }
            return td.add(content).html();
        }
    }
}

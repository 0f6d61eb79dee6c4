package dev.qualm.report;

import dev.qualm.report.chart.HeatMap;
import dev.qualm.report.chart.Legend;
import dev.qualm.report.html.DataUri;
import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import java.util.Locale;

/** The most doubted images: picture, prediction, scores and cosine similarity map, one card each. */
final class DoubtedSection {
    private final ScoreReport report;
    private final Doubted doubted;

    DoubtedSection(ScoreReport report) {
        this.report = report;
        this.doubted = report.doubted();
    }

    Html ordinary() {
        Element card = Html.el("div", "ordinary");
        Element text = Html.el("div", "about")
                .add(Html.el("h3").text("What an ordinary image's map looks like"))
                .add(Html.el("p")
                        .text("Each cell is the cosine between the input gradients of two classes' losses. "
                                + "This is the mean over ordinary images of one class from " + report.inDistribution()
                                + "; the maps below use the same colours."))
                .add(Legend.scale(-1, 1, "cosine"));
        return card.add(text)
                .add(map("Mean cosine similarity map of ordinary images", doubted.ordinary(), -1))
                .html();
    }

    Html cards() {
        Element list = Html.el("ol", "cards");
        int rank = 1;
        for (DoubtedItem item : doubted.items()) {
            list.add(card(item, rank++));
        }
        return list.html();
    }

    private Element card(DoubtedItem item, int rank) {
        Element facts = Html.el("div", "facts")
                .add(Html.el("div", "rank").text(rank + ". " + item.id()))
                .add(Html.el("div", "verdict").text(item.prediction()));
        if (!Double.isNaN(item.confidence())) {
            facts.add(Html.el("div", "muted").text("predicted, confidence " + Numbers.fixed(item.confidence(), 3)));
        }
        boolean inside = item.source().equals(report.inDistribution());
        String label = item.label() == null ? "unknown" : item.label();
        boolean wrong = inside && item.label() != null && !item.label().equals(item.prediction());
        facts.add(Html.el("div", "muted").text("really: " + label));
        facts.add(Html.el("div", wrong || !inside ? "badge out" : "badge")
                .text(inside ? item.source() + (wrong ? ", wrong" : "") : item.source()));
        Element image = Html.el("img", "pixels")
                .attr("src", DataUri.png(item.image().png()))
                .attr("width", "112")
                .attr(
                        "height",
                        Long.toString(Math.round(
                                112.0 * item.image().height() / item.image().width())))
                .attr("alt", "Image " + item.id() + " from " + item.source() + ", predicted " + item.prediction());
        Element head = Html.el("div", "head").add(image).add(facts);
        int predicted = doubted.classes().indexOf(item.prediction());
        return Html.el("li", "card")
                .add(head)
                .add(readings(item))
                .add(map("Cosine similarity map of " + item.id(), item.map(), predicted));
    }

    private Element readings(DoubtedItem item) {
        Element table =
                Html.el("table", "readings").add(Html.el("caption", "hidden").text("Scores of " + item.id()));
        table.add(Html.el("thead", "hidden")
                .add(Html.el("tr")
                        .add(Html.el("th").attr("scope", "col").text("Score"))
                        .add(Html.el("th").attr("scope", "col").text("Value"))
                        .add(Html.el("th")
                                .attr("scope", "col")
                                .text("Doubted more than this share of ordinary images"))));
        Element body = Html.el("tbody");
        for (DoubtedItem.Reading r : item.readings()) {
            Element row = Html.el("tr")
                    .add(Html.el("th").attr("scope", "row").text(r.score()))
                    .add(Html.el("td", "n").text(Numbers.significant(r.value(), 3)));
            if (r.reason() != null) {
                row.add(Html.el("td", "rankbar missing").text(r.reason()));
            } else {
                String tip = r.score() + ": doubted more than " + percent(r.rank()) + " of ordinary images";
                row.add(Html.el("td", "rankbar")
                        .attr("title", tip)
                        .add(Html.el("span", r.rank() >= 0.95 ? "bar high" : "bar")
                                .attr("style", String.format(Locale.ROOT, "--w:%.1f%%", 100 * r.rank())))
                        .add(Html.el("span", "share").text(percent(r.rank()))));
            }
            body.add(row);
        }
        return table.add(body);
    }

    /** Rounded down, so that 100 % means all of them. */
    private static String percent(double share) {
        return Numbers.fixed(Math.floor(share * 1000) / 10, 1) + "\u00A0%";
    }

    private Html map(String title, CosineMap map, int highlight) {
        if (map.reason() != null) {
            return Html.el("p", "missing")
                    .text("Map: " + Numbers.MISSING + " (" + map.reason() + ")")
                    .html();
        }
        return Html.el("div", "map")
                .add(HeatMap.cosines(title, map.values(), doubted.classes(), highlight)
                        .html())
                .html();
    }

    /** Introduction of the section. */
    String intro() {
        return "Ranked by " + doubted.rankedBy() + ". Bars show the share of ordinary images that look less doubtful; "
                + "the orange ones reach 95 %. In the maps the predicted class is bold.";
    }

    /** Whether there is anything to show. */
    boolean present() {
        return !doubted.items().isEmpty();
    }
}

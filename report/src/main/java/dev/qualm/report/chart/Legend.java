package dev.qualm.report.chart;

import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import java.util.List;

/** Keys to the colours, shared by the charts of a section. */
public final class Legend {
    private Legend() {}

    /** Line samples in the styles 0, 1, 2 and so on. */
    public static Html lines(List<String> names) {
        Element list = Html.el("ul", "legend");
        for (int i = 0; i < names.size(); i++) {
            Element sample = Svg.line(1, 5, 29, 5, Palette.series(i)).attr("stroke-width", "2.25");
            if (!Palette.dash(i).isEmpty()) {
                sample.attr("stroke-dasharray", Palette.dash(i));
            }
            list.add(Html.el("li")
                    .add(swatch(30, sample.html()))
                    .add(Html.el("span").text(names.get(i))));
        }
        return list.html();
    }

    /** Filled samples: the reference set in grey, then the styles 0, 1, 2 and so on. */
    public static Html areas(String reference, List<String> names) {
        Element list = Html.el("ul", "legend");
        list.add(entry(Palette.Role.REFERENCE.css(), reference));
        for (int i = 0; i < names.size(); i++) {
            list.add(entry(Palette.series(i), names.get(i)));
        }
        return list.html();
    }

    /** The diverging scale from {@code low} to {@code high}. */
    public static Html scale(double low, double high, String quantity) {
        Element svg =
                Svg.root(260, 28, "Colour scale", quantity + " from " + low + " in blue to " + high + " in orange.");
        for (int i = 0; i < Palette.DIVERGING_STEPS; i++) {
            double v = 2.0 * i / (Palette.DIVERGING_STEPS - 1) - 1;
            svg.add(Svg.rect(6 + 6 * i, 0, 6.2, 10, Palette.diverging(v)));
        }
        String colour = Palette.Role.MUTED.css();
        svg.add(Svg.text(2, 23, "start", colour, Numbers.significant(low, 2)));
        svg.add(Svg.text(129, 23, "middle", colour, Numbers.significant((low + high) / 2, 2)));
        svg.add(Svg.text(256, 23, "end", colour, Numbers.significant(high, 2)));
        return Html.el("div", "legend")
                .add(Html.el("span").text(quantity))
                .add(svg)
                .html();
    }

    private static Html entry(String fill, String name) {
        Element sample = Svg.rect(0, 1, 14, 9, fill).attr("fill-opacity", 0.65);
        return Html.el("li")
                .add(swatch(14, sample.html()))
                .add(Html.el("span").text(name))
                .html();
    }

    private static Html swatch(int width, Html shape) {
        return Html.el("svg")
                .attr("xmlns", "http://www.w3.org/2000/svg")
                .attr("width", width)
                .attr("height", 10)
                .attr("aria-hidden", "true")
                .add(shape)
                .html();
    }
}

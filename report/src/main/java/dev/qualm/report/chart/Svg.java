package dev.qualm.report.chart;

import dev.qualm.report.html.Element;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;

/** The few SVG shapes the charts are made of. Lengths are CSS pixels at natural size. */
final class Svg {
    private Svg() {}

    /** The outer element: scales down with its container, and reads as one labelled image. */
    static Element root(double width, double height, String title, String description) {
        return Html.el("svg", "chart")
                .attr("xmlns", "http://www.w3.org/2000/svg")
                .attr("viewBox", "0 0 " + Numbers.coordinate(width) + " " + Numbers.coordinate(height))
                .attr("width", width)
                .attr("height", height)
                .attr("role", "img")
                .attr("aria-label", title)
                .attr("font-family", "system-ui,-apple-system,'Segoe UI',Roboto,sans-serif")
                .attr("font-size", "11")
                .add(Html.el("title").text(title))
                .add(Html.el("desc").text(description));
    }

    static Element line(double x1, double y1, double x2, double y2, String stroke) {
        return Html.el("line")
                .attr("x1", x1)
                .attr("y1", y1)
                .attr("x2", x2)
                .attr("y2", y2)
                .attr("stroke", stroke);
    }

    static Element rect(double x, double y, double width, double height, String fill) {
        return Html.el("rect")
                .attr("x", x)
                .attr("y", y)
                .attr("width", Math.max(0, width))
                .attr("height", Math.max(0, height))
                .attr("fill", fill);
    }

    static Element circle(double x, double y, double radius, String fill) {
        return Html.el("circle").attr("cx", x).attr("cy", y).attr("r", radius).attr("fill", fill);
    }

    /** Text with its baseline at {@code y}; anchor is start, middle or end. */
    static Element text(double x, double y, String anchor, String fill, String text) {
        return Html.el("text")
                .attr("x", x)
                .attr("y", y)
                .attr("text-anchor", anchor)
                .attr("fill", fill)
                .text(text);
    }

    /** An open path through the points. */
    static Element path(double[] x, double[] y, String stroke) {
        return Html.el("path")
                .attr("d", points(x, y))
                .attr("fill", "none")
                .attr("stroke", stroke)
                .attr("stroke-width", "1.75")
                .attr("stroke-linejoin", "round");
    }

    /** A filled area. */
    static Element area(String d, String fill, double opacity) {
        return Html.el("path").attr("d", d).attr("fill", fill).attr("fill-opacity", opacity);
    }

    static Element tooltip(String text) {
        return Html.el("title").text(text);
    }

    static String points(double[] x, double[] y) {
        StringBuilder d = new StringBuilder(x.length * 12);
        for (int i = 0; i < x.length; i++) {
            d.append(i == 0 ? 'M' : 'L')
                    .append(Numbers.coordinate(x[i]))
                    .append(' ')
                    .append(Numbers.coordinate(y[i]));
        }
        return d.toString();
    }
}

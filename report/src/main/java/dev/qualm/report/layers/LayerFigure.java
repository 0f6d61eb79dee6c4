package dev.qualm.report.layers;

import dev.qualm.metric.Interval;
import dev.qualm.report.chart.Palette;
import dev.qualm.report.chart.Rgb;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.sheet.Figure;
import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.Sheet;
import dev.qualm.sustainability.LayerMovement;
import java.util.List;

/** One line per perturbation over the layers, with intervals; the most vulnerable layers are boxed. */
public record LayerFigure(LayerReport report) implements Figure {
    private static final double LEFT = 64;
    private static final double TOP = 78;
    private static final double HEIGHT = 280;
    private static final double LEAST_WIDTH = 520;
    private static final double PER_LAYER = 26;

    @Override
    public String title() {
        return report.title();
    }

    @Override
    public Sheet draw() {
        Sheet sheet = new Sheet();
        List<String> names = report.result().names();
        int layers = report.result().taps().size();
        double width = Math.max(LEAST_WIDTH, PER_LAYER * layers);
        sheet.rect(0, 0, LEFT + width + 40, TOP, Sheet.WHITE, null);
        sheet.text(title(), 12, 22, Lettering.TITLE, Sheet.INK);
        legend(sheet, names, LEFT + width);
        double top = top();
        axes(sheet, top, width);
        for (int k = 0; k < names.size(); k++) {
            line(sheet, k, report.result().of(names.get(k), report.measure()), top, width);
        }
        sheet.reach(LEFT + width + 40, TOP + HEIGHT + 20);
        return sheet;
    }

    private static void legend(Sheet sheet, List<String> names, double right) {
        double x = 14;
        double y = 44;
        for (int k = 0; k < names.size(); k++) {
            double w = 40 + Lettering.BODY.width(names.get(k));
            if (x + w > right && x > 14) {
                break; // the rest is named by the tips of the SVG and by the table
            }
            sheet.line(x, y - 4, x + 20, y - 4, 2, Palette.seriesLight(k));
            sheet.text(names.get(k), x + 25, y, Lettering.BODY, Sheet.INK);
            x += w;
        }
        sheet.frame(x + 4, y - 8, 7, 7, 1.5, Sheet.INK);
        sheet.text("most vulnerable", x + 20, y, Lettering.BODY, Sheet.INK);
    }

    /** The end of the scale: above every interval, at a round number. */
    private double top() {
        double most = 0;
        for (LayerMovement m : report.result().movements()) {
            if (m.measure() == report.measure() && Double.isFinite(m.value())) {
                Interval interval = m.interval();
                most = Math.max(most, interval == null ? m.value() : interval.high());
            }
        }
        if (!(most > 0) || !Double.isFinite(most)) {
            return 1;
        }
        double step = step(most);
        return Math.ceil(most / step - 1e-9) * step;
    }

    /** 1, 2 or 5 times a power of ten, about a fifth of the range. */
    private static double step(double range) {
        double power = Math.pow(10, Math.floor(Math.log10(range / 5)));
        double raw = range / 5 / power;
        return (raw <= 1 ? 1 : raw <= 2 ? 2 : raw <= 5 ? 5 : 10) * power;
    }

    private void axes(Sheet sheet, double top, double width) {
        double step = step(top);
        int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
        for (int i = 0; i * step <= top * (1 + 1e-9); i++) {
            double y = y(i * step, top);
            sheet.line(LEFT, y, LEFT + width, y, 1, Sheet.LINE);
            String label = step < 1e-4 ? Numbers.significant(i * step, 2) : Numbers.fixed(i * step, digits);
            sheet.text(label, LEFT - 7, y + 4, Lettering.LABEL, Sheet.MUTED, Mark.Anchor.END);
        }
        sheet.text(report.measure().label(), 12, TOP - 12, Lettering.LABEL, Sheet.MUTED);
        int layers = report.result().taps().size();
        for (int t = 0; t < layers; t++) {
            double x = x(t, width);
            sheet.line(x, TOP + HEIGHT, x, TOP + HEIGHT + 4, 1, Sheet.MUTED);
            String name = Lettering.LABEL.fit(report.result().taps().get(t).tensor(), 90);
            // Rising text starts below its layer, so it is moved left by its length.
            double back = Lettering.LABEL.width(name) * Math.sqrt(0.5);
            sheet.text(
                    name,
                    Math.max(2, x - back),
                    TOP + HEIGHT + 14 + back,
                    Lettering.LABEL,
                    Sheet.MUTED,
                    Mark.Anchor.RISING);
            sheet.reach(0, TOP + HEIGHT + 22 + back);
        }
    }

    private double x(int layer, double width) {
        return LEFT + width * (layer + 0.5) / report.result().taps().size();
    }

    private static double y(double value, double top) {
        return TOP + HEIGHT * (1 - Math.max(0, Math.min(top, value)) / top);
    }

    private void line(Sheet sheet, int k, List<LayerMovement> values, double top, double width) {
        Rgb colour = Palette.seriesLight(k);
        for (int t = 1; t < values.size(); t++) {
            double from = values.get(t - 1).value();
            double to = values.get(t).value();
            if (Double.isFinite(from) && Double.isFinite(to)) {
                sheet.line(x(t - 1, width), y(from, top), x(t, width), y(to, top), 1.8, colour);
            }
        }
        for (int t = 0; t < values.size(); t++) {
            LayerMovement m = values.get(t);
            if (!Double.isFinite(m.value())) {
                continue;
            }
            double x = x(t, width);
            double y = y(m.value(), top);
            Interval interval = m.interval();
            if (interval != null) {
                sheet.line(x, y(interval.low(), top), x, y(interval.high(), top), 1, colour);
            }
            sheet.rect(x - 2.5, y - 2.5, 5, 5, colour, m.toString());
            if (report.isMarked(k, m.tap())) {
                sheet.frame(x - 5, y - 5, 10, 10, 1.5, Sheet.INK);
            }
        }
    }
}

package dev.qualm.report.robustness;

import dev.qualm.attack.Ball;
import dev.qualm.attack.RobustnessCell;
import dev.qualm.attack.RobustnessResult;
import dev.qualm.metric.Interval;
import dev.qualm.report.chart.Palette;
import dev.qualm.report.chart.Rgb;
import dev.qualm.report.sheet.Figure;
import dev.qualm.report.sheet.Lettering;
import dev.qualm.report.sheet.Mark;
import dev.qualm.report.sheet.Sheet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Accuracy over epsilon with intervals: a panel per norm and model with a line per attack, and where models are compared a panel
 * with the worst case of each.
 */
public record RobustnessFigure(RobustnessReport report) implements Figure {
    private static final double LEFT = 52;
    private static final double TOP = 40;
    private static final double LEAST_WIDTH = 380;
    private static final double ALL_WIDTH = 800;
    private static final double HEIGHT = 240;
    private static final double GAP = 46;
    private static final double BELOW = 62;
    private static final double LEGEND = 18;

    /** Labels of neighbours that would touch are left out. */
    private static final double LABEL_ROOM = 40;

    @Override
    public String title() {
        return report.title();
    }

    /**
     * A line of a panel.
     *
     * @param colour of line, points and intervals
     */
    private record Series(String name, RobustnessResult result, String row, Rgb colour, double stroke) {
        List<RobustnessCell> cells(Ball ball) {
            return result.of(row, ball);
        }
    }

    @Override
    public Sheet draw() {
        Sheet sheet = new Sheet();
        List<String> heads = new ArrayList<>();
        List<List<Series>> panels = new ArrayList<>();
        for (RobustnessReport.Model m : report.models()) {
            heads.add(m.name());
            panels.add(attacks(m));
        }
        if (panels.size() > 1) {
            heads.add(RobustnessReport.name(report.worst()) + " of each model");
            List<Series> compared = new ArrayList<>();
            for (int k = 0; k < report.models().size(); k++) {
                RobustnessReport.Model m = report.models().get(k);
                compared.add(new Series(m.name(), m.result(), report.worst(), Palette.seriesLight(k + 3), 2.2));
            }
            panels.add(compared);
        }
        double width = Math.max(LEAST_WIDTH, ALL_WIDTH / panels.size());
        int most = panels.stream().mapToInt(List::size).max().orElse(1);
        List<Ball> balls = report.first().balls();
        double panelHeight = TOP + HEIGHT + BELOW + LEGEND * ((most + 1) / 2);
        sheet.rect(0, 0, LEFT + panels.size() * (width + GAP), 24 + balls.size() * panelHeight, Sheet.WHITE, null);
        sheet.text("Accuracy under attack", 12, 20, Lettering.TITLE, Sheet.INK);
        for (int b = 0; b < balls.size(); b++) {
            for (int p = 0; p < panels.size(); p++) {
                double x = LEFT + p * (width + GAP);
                double y = 24 + b * panelHeight + TOP;
                new Panel(sheet, panels.get(p), balls.get(b), x, y, width).draw(heads.get(p), report.unit());
            }
        }
        return sheet;
    }

    private static List<Series> attacks(RobustnessReport.Model m) {
        List<Series> out = new ArrayList<>();
        List<String> rows = m.result().rows();
        for (int k = 0; k < rows.size(); k++) {
            boolean all = rows.get(k).equals(RobustnessResult.ALL);
            out.add(new Series(
                    RobustnessReport.name(rows.get(k)),
                    m.result(),
                    rows.get(k),
                    all ? Palette.Role.REFERENCE.light() : Palette.seriesLight(k),
                    all ? 5 : 1.6));
        }
        return out;
    }

    /** One coordinate system. */
    private record Panel(Sheet sheet, List<Series> lines, Ball ball, double left, double top, double width) {
        void draw(String head, String unit) {
            sheet.text(Lettering.STRONG.fit(head, width), left, top - 14, Lettering.STRONG, Sheet.INK);
            for (int i = 0; i <= 5; i++) {
                double y = y(i / 5.0);
                sheet.line(left, y, left + width, y, 1, Sheet.LINE);
                sheet.text(20 * i + " %", left - 6, y + 4, Lettering.LABEL, Sheet.MUTED, Mark.Anchor.END);
            }
            ticks();
            String axis = "epsilon, " + ball.text() + ", in " + unit;
            sheet.text(Lettering.LABEL.fit(axis, width), left, top + HEIGHT + 34, Lettering.LABEL, Sheet.MUTED);
            // The worst case last in the legend, but under the lines of the attacks, one of which it often follows.
            for (int k = lines.size() - 1; k >= 0; k--) {
                line(lines.get(k), 3 * (k - (lines.size() - 1) / 2.0));
            }
            for (int k = 0; k < lines.size(); k++) {
                double lx = left + (k % 2) * width / 2;
                double ly = top + HEIGHT + 54 + LEGEND * (k / 2);
                sheet.line(
                        lx,
                        ly - 4,
                        lx + 20,
                        ly - 4,
                        lines.get(k).stroke(),
                        lines.get(k).colour());
                String name = Lettering.BODY.fit(lines.get(k).name(), width / 2 - 34);
                sheet.text(name, lx + 26, ly, Lettering.BODY, Sheet.INK);
            }
        }

        private void ticks() {
            tick("0", left);
            double last = left;
            for (RobustnessCell c : lines.get(0).cells(ball)) {
                double x = x(c.budget().epsilon());
                boolean end = c.budget().epsilon() == most();
                boolean room = x - last >= LABEL_ROOM && (end || left + width - x >= LABEL_ROOM);
                tick(room ? c.budget().radius() : "", x);
                last = room ? x : last;
            }
        }

        private void tick(String label, double x) {
            sheet.line(x, top + HEIGHT, x, top + HEIGHT + 4, 1, Sheet.MUTED);
            if (!label.isEmpty()) {
                sheet.text(label, x, top + HEIGHT + 17, Lettering.LABEL, Sheet.MUTED, Mark.Anchor.MIDDLE);
            }
        }

        private double most() {
            List<RobustnessCell> cells = lines.get(0).cells(ball);
            return cells.get(cells.size() - 1).budget().epsilon();
        }

        private double x(double epsilon) {
            return left + width * epsilon / most();
        }

        private double y(double share) {
            return top + HEIGHT * (1 - share);
        }

        private void line(Series series, double aside) {
            RobustnessResult r = series.result();
            double fromX = left;
            double fromY = y(r.clean().value());
            point(series, r.clean().value(), r.cleanInterval(), left, 0, "clean");
            for (RobustnessCell c : series.cells(ball)) {
                double x = x(c.budget().epsilon());
                double y = y(c.accuracy().value());
                sheet.line(fromX, fromY, x, y, series.stroke(), series.colour());
                point(series, c.accuracy().value(), c.interval(), x, aside, "within " + c.budget());
                fromX = x;
                fromY = y;
            }
        }

        /** Intervals are moved aside a little, or they would hide each other. */
        private void point(Series series, double value, Interval i, double x, double aside, String where) {
            sheet.line(x + aside, y(i.low()), x + aside, y(i.high()), 1, series.colour());
            String tip = String.format(
                    Locale.ROOT,
                    "%s, %s: %.1f %% (%.1f to %.1f)",
                    series.name(),
                    where,
                    100 * value,
                    100 * i.low(),
                    100 * i.high());
            sheet.rect(x - 2.5, y(value) - 2.5, 5, 5, series.colour(), tip);
        }
    }
}

package dev.qualm.report.chart;

/**
 * One line of a chart.
 *
 * @param name as in the legend
 * @param x abscissae; a point with a NaN coordinate breaks the line
 * @param y ordinates, as many
 * @param style index into the palette: colour and dash
 */
public record Line(String name, double[] x, double[] y, int style) {
    public Line {
        if (x.length != y.length) {
            throw new IllegalArgumentException(
                    "Line '" + name + "' has " + x.length + " abscissae, but " + y.length + " ordinates");
        }
        x = x.clone();
        y = y.clone();
    }
}

package dev.qualm.report.explanation;

import dev.qualm.report.chart.Rgb;
import java.util.ArrayList;
import java.util.List;

/** The colours of relevance, dense enough that no step shows. */
/*
 * Both ramps walk through their stops in OKLab (Ottosson 2020) at constant speed, so that equal differences of relevance look
 * equally large. The arms of the diverging one end at about equal lightness and distance from white, and differ in blue against
 * yellow, not in red against green: readers with any of the common colour deficiencies tell them apart. The sequential one falls
 * in lightness all the way and so survives print without colour.
 */
final class Ramp {
    /** Steps from neutral to the end of an arm. */
    static final int STEPS = 256;

    private static final List<String> AGAINST = List.of("#ffffff", "#a9c9f0", "#5b93dc", "#2255b4", "#12296f");
    private static final List<String> FOR = List.of("#ffffff", "#fbc3ac", "#f0825f", "#c5352f", "#6f0d1c");
    private static final List<String> HEAT =
            List.of("#ffffff", "#fbe3a6", "#f7ae57", "#e2703f", "#b93a55", "#78206c", "#2c1150");

    /** From white to blue: speaks against the class. */
    static final Ramp BLUE = new Ramp(AGAINST);

    /** From white to red: speaks for the class, where some pixels speak against it. */
    static final Ramp RED = new Ramp(FOR);

    /** From white over orange to dark purple: relevance without a sign. */
    static final Ramp SEQUENTIAL = new Ramp(HEAT);

    private final Rgb[] colours = new Rgb[STEPS + 1];

    private Ramp(List<String> hex) {
        List<Rgb> stops = hex.stream().map(Rgb::of).toList();
        List<Double> reached = new ArrayList<>(List.of(0.0));
        for (int i = 1; i < stops.size(); i++) {
            reached.add(reached.get(i - 1) + distance(stops.get(i - 1), stops.get(i)));
        }
        double whole = reached.get(stops.size() - 1);
        int leg = 0;
        for (int step = 0; step <= STEPS; step++) {
            double at = whole * step / STEPS;
            while (leg < stops.size() - 2 && at > reached.get(leg + 1)) {
                leg++;
            }
            double from = reached.get(leg);
            double t = Math.min(1, (at - from) / (reached.get(leg + 1) - from));
            colours[step] = stops.get(leg).mix(stops.get(leg + 1), t);
        }
    }

    /** The colour of a strength in 0 to 1; 0 is white. */
    Rgb at(double strength) {
        return colours[(int) Math.round(Math.min(1, Math.max(0, strength)) * STEPS)];
    }

    /** Perceived difference of two colours. */
    static double distance(Rgb a, Rgb b) {
        double[] x = a.oklab();
        double[] y = b.oklab();
        return Math.sqrt(Math.pow(x[0] - y[0], 2) + Math.pow(x[1] - y[1], 2) + Math.pow(x[2] - y[2], 2));
    }
}

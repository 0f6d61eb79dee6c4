package dev.qualm.metric;

/**
 * Distance between the mass centres of two maps, in pixels (Ghorbani, Abid, Zou 2019, section 2). The mass of an entry
 * is its absolute value, the centre of a map the mean place of its mass. 0 for equal maps; NaN when a map is zero
 * everywhere. For maps of one row the distance counts entries, which means something only where neighbours do.
 */
public record MassCentreShift() implements MapSimilarity {
    @Override
    public String name() {
        return "mass-centre-shift";
    }

    @Override
    public boolean growsWithLikeness() {
        return false;
    }

    @Override
    public double compare(double[] a, double[] b, int height, int width) {
        double[] p = centre(a, width);
        double[] q = centre(b, width);
        return Math.hypot(p[0] - q[0], p[1] - q[1]);
    }

    private static double[] centre(double[] map, int width) {
        double scale = Cosines.largest(map);
        double mass = 0;
        double row = 0;
        double column = 0;
        for (int i = 0; i < map.length; i++) {
            double m = Math.abs(map[i]) / scale;
            mass += m;
            row += m * (i / width);
            column += m * (i % width);
        }
        return new double[] {row / mass, column / mass};
    }
}

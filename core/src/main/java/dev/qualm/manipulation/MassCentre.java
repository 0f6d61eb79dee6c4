package dev.qualm.manipulation;

import dev.qualm.Status;

/**
 * Pushes the centre of mass away: minus the distance between the centres of the map and of the original map, in units of
 * the map's diagonal (Ghorbani, Abid, Zou 2019, section 3, "mass-centre attack"). Mass is the absolute value; places are the
 * last two axes of the heat map, or the only one.
 */
public record MassCentre() implements MapLoss {
    @Override
    public String name() {
        return "mass-centre";
    }

    @Override
    public boolean isTargeted() {
        return false;
    }

    /** The distance has its kink where it is zero, and no direction to go there. */
    @Override
    public boolean isStationaryAtOriginal() {
        return true;
    }

    @Override
    public Status check(MapGoal goal) {
        if (!Vectors.isFinite(goal.original())) {
            return Status.nonFinite("the original map holds NaN or infinity");
        }
        if (Vectors.isZero(goal.original())) {
            return Status.undefined("the original map is zero everywhere, so it has no centre of mass");
        }
        return goal.original().length > 1
                ? Status.OK
                : Status.undefined("a map of one value has nowhere to move its centre to");
    }

    /*
     * C = sum |h_i| p_i / S with S = sum |h_i| has the derivative sign(h_i) (p_i - C) / S; the distance |C - C0| passes on
     * its own unit vector, 0 at distance 0.
     */
    @Override
    public Value of(double[] map, MapGoal goal) {
        int[] shape = goal.shape();
        int width = shape.length == 0 ? 1 : shape[shape.length - 1];
        int height = shape.length < 2 ? 1 : shape[shape.length - 2];
        double diagonal = Math.hypot(height - 1, width - 1);
        double[] centre = centre(map, height, width);
        double[] before = centre(goal.original(), height, width);
        double dy = centre[0] - before[0];
        double dx = centre[1] - before[1];
        double distance = Math.hypot(dy, dx);
        double[] gradient = new double[map.length];
        for (int i = 0; i < map.length && distance != 0; i++) {
            double along = (i / width % height - centre[0]) * dy + (i % width - centre[1]) * dx;
            gradient[i] = -Math.signum(map[i]) * along / (distance * centre[2] * diagonal);
        }
        return new Value(-distance / diagonal, gradient);
    }

    /** Row, column and mass. */
    private static double[] centre(double[] map, int height, int width) {
        double mass = 0;
        double row = 0;
        double column = 0;
        for (int i = 0; i < map.length; i++) {
            double m = Math.abs(map[i]);
            mass += m;
            row += m * (i / width % height);
            column += m * (i % width);
        }
        return new double[] {row / mass, column / mass, mass};
    }
}

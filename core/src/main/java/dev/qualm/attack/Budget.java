package dev.qualm.attack;

import dev.qualm.QualmException;

/**
 * How far an attack may move an input.
 *
 * @param ball the norm
 * @param epsilon the radius in the unit of the {@link Box}, positive and finite
 */
public record Budget(Ball ball, double epsilon) {
    public Budget {
        if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
            throw new QualmException("Expected a positive epsilon, but found " + epsilon);
        }
    }

    /** Epsilon as people write it: {@code 0.1}, {@code 8/255}. */
    public String radius() {
        String plain = Double.toString(epsilon);
        double bytes = epsilon * 255;
        boolean fraction = plain.length() > 6 && bytes < 255 && Math.abs(bytes - Math.rint(bytes)) < 1e-9;
        if (fraction && bytes >= 0.5) {
            return (int) Math.rint(bytes) + "/255";
        }
        return plain.endsWith(".0") ? plain.substring(0, plain.length() - 2) : plain;
    }

    @Override
    public String toString() {
        return ball.text() + " " + radius();
    }
}

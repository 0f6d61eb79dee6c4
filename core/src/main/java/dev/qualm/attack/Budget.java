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

    @Override
    public String toString() {
        return ball.text() + " " + epsilon;
    }
}

package dev.qualm.manipulation;

/**
 * How an attack goes downhill.
 *
 * @param optimizer how a gradient becomes a step
 * @param schedule of the learning rate
 * @param steps at most, at least 1
 * @param constraint what is projected onto after each step
 */
public record Descent(Optimizer optimizer, Schedule schedule, int steps, Constraint constraint) {
    public Descent {
        ManipulationException.require(steps >= 1, "steps", "of at least 1", steps);
    }

    /** Adam at a constant rate. */
    public static Descent adam(double learningRate, int steps, Constraint constraint) {
        return new Descent(Optimizer.adam(learningRate), Schedule.CONSTANT, steps, constraint);
    }
}

package dev.qualm.training;

/** Hears how training gets on, on the thread that trains; an exception from here ends it. */
public interface Progress {
    /** Says nothing. */
    Progress NONE = (epoch, epochs, step, steps, loss) -> {};

    /**
     * After each step.
     *
     * @param epoch from 1
     * @param step within the epoch, from 1
     * @param steps in the epoch
     * @param loss of the step, in nats
     */
    void step(int epoch, int epochs, int step, int steps, double loss);

    /** After each epoch. */
    default void epoch(Epoch epoch, int epochs) {}

    /** This, then another. */
    default Progress and(Progress other) {
        Progress first = this;
        return new Progress() {
            @Override
            public void step(int epoch, int epochs, int step, int steps, double loss) {
                first.step(epoch, epochs, step, steps, loss);
                other.step(epoch, epochs, step, steps, loss);
            }

            @Override
            public void epoch(Epoch epoch, int epochs) {
                first.epoch(epoch, epochs);
                other.epoch(epoch, epochs);
            }
        };
    }
}

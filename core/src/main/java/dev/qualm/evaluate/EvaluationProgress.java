package dev.qualm.evaluate;

/** Told how far an evaluation has come. */
@FunctionalInterface
public interface EvaluationProgress {
    /**
     * Some items are done. May be called from any thread.
     *
     * @param what which set
     * @param done items of it so far
     * @param of items in all
     */
    void at(String what, int done, int of);

    /** Tells nobody. */
    static EvaluationProgress none() {
        return (what, done, of) -> {};
    }
}

package dev.qualm.detect.fitted;

/**
 * Something learnt from data in one pass in bounded memory. Equal data give equal statistics, in whatever parts and order they come: to
 * the last bit where only items are kept or counted, else up to the rounding of sums.
 *
 * @param <S> itself
 */
public interface Statistic<S extends Statistic<S>> {
    /** Takes a batch of finite rows. Arrays of the batch are neither changed nor kept. */
    void add(Readings batch);

    /** Takes what another one has seen, which is not changed. */
    void merge(S other);

    /**
     * What kind of statistic, with its parameters. Equal needs are met once.
     *
     * @param <S> the statistic
     */
    interface Need<S extends Statistic<S>> {
        S empty(Site site);

        Class<S> type();
    }
}

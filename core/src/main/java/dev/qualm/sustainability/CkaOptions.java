package dev.qualm.sustainability;

/**
 * How linear CKA (Kornblith, Norouzi, Lee, Hinton, ICML 2019) is estimated with memory that does not grow with the data: from
 * HSIC of batches, averaged over the batches before they are divided (Nguyen, Raghu, Kornblith, ICLR 2021, section 3.1).
 *
 * @param batch items per batch, at least 4; the rest of the data that fills no batch is compared as a smaller one if it has at
 *     least 4 items, and left out otherwise
 * @param unbiased HSIC as a U-statistic (Song et al., JMLR 2012, eq. 5), whose mean does not depend on the batch; otherwise the
 *     biased {@code tr(KHLH)/(n-1)^2}, which is CKA as first published if one batch holds all data
 */
public record CkaOptions(int batch, boolean unbiased) {
    /** Unbiased, of 32 items. */
    public static final CkaOptions DEFAULT = new CkaOptions(32, true);

    /** Fewest items that the U-statistic exists for. */
    static final int FEWEST = 4;

    public CkaOptions {
        if (batch < FEWEST) {
            throw new SustainabilityException("Linear CKA compares batches of at least 4 items, but found " + batch);
        }
    }

    @Override
    public String toString() {
        return (unbiased ? "unbiased" : "biased") + ", batches of " + batch;
    }
}

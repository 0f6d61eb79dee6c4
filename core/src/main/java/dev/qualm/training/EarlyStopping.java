package dev.qualm.training;

/**
 * Ends training when items kept aside stop getting better, and takes the weights of the best epoch. What counts is the accuracy on
 * these items under the training's own attack (of equal ones the smaller loss): adversarial training overfits in that respect long
 * before it does on clean items (Rice, Wong, Kolter, ICML 2020).
 *
 * @param share of the items that is kept aside and not learnt from, in (0, 1); which ones depends on the seed
 * @param patience epochs without a better one before the end, at least 1
 */
public record EarlyStopping(double share, int patience) {
    public EarlyStopping {
        TrainingException.require(share > 0 && share < 1, "a share of items", "in (0, 1)", share);
        TrainingException.require(patience >= 1, "a patience", "of at least 1 epoch", patience);
    }
}

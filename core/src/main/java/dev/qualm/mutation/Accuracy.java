package dev.qualm.mutation;

/**
 * What is known of a candidate's accuracy on the acceptance items.
 *
 * @param correct right answers among the items that were run
 * @param evaluated items that were run
 * @param items all items
 */
public record Accuracy(int correct, int evaluated, int items) {
    public Accuracy {
        if (correct < 0 || correct > evaluated || evaluated > items || items < 1) {
            throw new MutationException("Expected 0 <= correct <= evaluated <= items, but found " + correct + ", "
                    + evaluated + ", " + items);
        }
    }

    /** The accuracy if all other answers are wrong. */
    public double atLeast() {
        return (double) correct / items;
    }

    /** The accuracy if all other answers are right. */
    public double atMost() {
        return (double) (correct + items - evaluated) / items;
    }

    /** Whether all items were run, so that both bounds are the accuracy. */
    public boolean isExact() {
        return evaluated == items;
    }
}

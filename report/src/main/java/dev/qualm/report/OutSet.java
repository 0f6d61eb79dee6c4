package dev.qualm.report;

/**
 * A set of inputs that should be doubted.
 *
 * @param name short, for column heads; unique in a report
 * @param images how many
 * @param description where they come from
 */
public record OutSet(String name, Kind kind, int images, String description) {
    /** How a set differs from what the model was trained for. */
    public enum Kind {
        MISTAKE("own mistakes"),
        NEAR("near"),
        FAR("far"),
        SHIFTED("shifted"),
        NOISE("noise"),
        /** An attack on the classifier that does not know the score: says nothing about one that does. */
        ATTACK("non-adaptive attack"),
        ADAPTIVE_ATTACK("adaptive attack");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** As shown to readers. */
        public String label() {
            return label;
        }
    }
}

package dev.qualm.detect.wrong;

/**
 * A random forest (Breiman 2001): trees on bootstrap samples, each split chosen among the square root of the features, leaves of at least one
 * row. Fitting needs the library Tribuo; using and saving the fitted trees does not.
 *
 * @param trees number of them
 * @param depth largest number of splits above a leaf
 */
public record RandomForest(int trees, int depth) implements BinaryModel {
    /** As published with the detector: 100 trees of depth 10. */
    public static final RandomForest DEFAULT = new RandomForest(100, 10);

    public RandomForest {
        FitException.require(trees >= 1, "a number of trees", "of at least 1", trees);
        FitException.require(depth >= 1, "a depth", "of at least 1", depth);
    }

    @Override
    public String name() {
        return "random-forest";
    }

    @Override
    public Forest fit(double[][] rows, boolean[] wrong, long seed) {
        Rows.require(name(), rows, wrong, 1);
        try {
            return TribuoForest.fit(rows, wrong, trees, depth, seed);
        } catch (NoClassDefFoundError e) {
            throw new FitException(
                    "A random forest is fitted by Tribuo, which is not on the class path (" + e.getMessage()
                            + "). Add org.tribuo:tribuo-classification-tree:4.3.2, or choose logistic-regression or lda",
                    e);
        }
    }
}

package dev.qualm.detect.wrong;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.ensemble.FullyWeightedVotingCombiner;
import org.tribuo.common.tree.LeafNode;
import org.tribuo.common.tree.Node;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.common.tree.SplitNode;
import org.tribuo.common.tree.TreeModel;
import org.tribuo.ensemble.EnsembleModel;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Fits forests with Tribuo and reads the trees out of its model. The only class that knows Tribuo. */
final class TribuoForest {
    private static final String WRONG = "wrong";
    private static final String RIGHT = "right";

    private TribuoForest() {}

    static Forest fit(double[][] rows, boolean[] wrong, int trees, int depth, long seed) {
        return new Reader(rows[0].length).read(model(rows, wrong, trees, depth, seed));
    }

    static EnsembleModel<Label> model(double[][] rows, boolean[] wrong, int trees, int depth, long seed) {
        int p = rows[0].length;
        // Tribuo rounds fraction * p; a forest must leave something to chance, so 1 is not allowed.
        float fraction = (float) Math.min(Math.sqrt(p) / p, Math.nextDown(1f));
        CARTClassificationTrainer tree = new CARTClassificationTrainer(depth, fraction, seed);
        RandomForestTrainer<Label> forest =
                new RandomForestTrainer<>(tree, new FullyWeightedVotingCombiner(), trees, seed);
        LabelFactory labels = new LabelFactory();
        MutableDataset<Label> data =
                new MutableDataset<>(new SimpleDataSourceProvenance("rows of features", labels), labels);
        String[] names = new String[p];
        for (int k = 0; k < p; k++) {
            names[k] = name(k);
        }
        for (int i = 0; i < rows.length; i++) {
            data.add(new ArrayExample<>(new Label(wrong[i] ? WRONG : RIGHT), names, rows[i].clone()));
        }
        return (EnsembleModel<Label>) forest.train(data);
    }

    static String name(int feature) {
        return String.format(Locale.ROOT, "f%08d", feature);
    }

    /** Lays the nodes of all trees out in one list, parents before children. */
    private static final class Reader {
        private final int features;
        private final List<double[]> nodes = new ArrayList<>();

        Reader(int features) {
            this.features = features;
        }

        Forest read(EnsembleModel<Label> ensemble) {
            int[] roots = new int[ensemble.getNumModels()];
            for (int t = 0; t < roots.length; t++) {
                Model<Label> model = ensemble.getModels().get(t);
                roots[t] = nodes.size();
                read(((TreeModel<Label>) model).getRoot(), model.getFeatureIDMap());
            }
            int n = nodes.size();
            int[] feature = new int[n];
            double[] threshold = new double[n];
            int[] left = new int[n];
            int[] right = new int[n];
            double[] share = new double[n];
            for (int i = 0; i < n; i++) {
                double[] node = nodes.get(i);
                feature[i] = (int) node[0];
                threshold[i] = node[1];
                left[i] = (int) node[2];
                right[i] = (int) node[3];
                share[i] = node[4];
            }
            return new Forest(features, roots, feature, threshold, left, right, share);
        }

        private int read(Node<Label> node, ImmutableFeatureMap map) {
            int number = nodes.size();
            double[] values = new double[5];
            nodes.add(values);
            if (node instanceof SplitNode<Label> split) {
                String name =
                        Objects.requireNonNull(map.get(split.getFeatureID())).getName();
                values[0] = Integer.parseInt(name.substring(1));
                values[1] = split.splitValue();
                values[2] = read(split.getLessThanOrEqual(), map);
                values[3] = read(split.getGreaterThan(), map);
            } else {
                Map<String, Label> shares = ((LeafNode<Label>) node).getDistribution();
                Label wrong = shares.get(WRONG);
                values[0] = -1;
                values[4] = wrong == null ? 0 : Math.max(0, Math.min(1, wrong.getScore()));
                Arrays.fill(values, 2, 4, -1);
            }
            return number;
        }
    }
}

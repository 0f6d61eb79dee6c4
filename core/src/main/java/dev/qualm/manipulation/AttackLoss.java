package dev.qualm.manipulation;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.Normalisation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What an attack minimises per image: {@code mapFactor * map + output.factor() * output}.
 *
 * @param form of the heat maps
 * @param map loss of the heat map
 * @param mapFactor weight of the map's loss, positive
 * @param output what the network's output has to keep
 */
public record AttackLoss(HeatMapForm form, MapLoss map, double mapFactor, OutputLoss output) {
    public AttackLoss {
        ManipulationException.require(
                mapFactor > 0 && Double.isFinite(mapFactor), "a factor of the map's loss", "above 0", mapFactor);
    }

    /** Relative error of the reference's heat maps, probabilities held with factor 10. */
    public static AttackLoss usual() {
        return of(new RelativeError());
    }

    /** A loss on the reference's heat maps, probabilities held with factor 10. */
    public static AttackLoss of(MapLoss map) {
        return new AttackLoss(HeatMapForm.REFERENCE, map, 1, OutputLoss.probabilities(10));
    }

    /** What was found at one batch, per image. The cotangents of images whose status is not ok are zero. */
    record Evaluation(
            List<double[]> heatMaps,
            List<Status> status,
            double[][] losses,
            Array mapCotangents,
            Array logitCotangents) {
        static final int TOTAL = 0;
        static final int MAP = 1;
        static final int OUTPUT = 2;

        double loss(int image, int which) {
            return losses[image][which];
        }
    }

    /**
     * Losses and the cotangents that lead downhill.
     *
     * @param maps signed maps {@code [n, c, ...]}
     * @param logits {@code [n, classes]}
     * @param goals per image
     * @param held logits before the attack, per image
     */
    Evaluation at(Array maps, Array logits, List<MapGoal> goals, List<double[]> held) {
        Normalisation.Scaled heat = form.of(maps);
        int n = goals.size();
        List<double[]> heatMaps = new ArrayList<>();
        List<Status> status = new ArrayList<>();
        List<double[]> u = new ArrayList<>();
        List<double[]> v = new ArrayList<>();
        double[][] losses = new double[n][];
        for (int i = 0; i < n; i++) {
            double[] h = Rows.row(heat.values(), i);
            double[] z = Rows.row(logits, i);
            MapLoss.Value byMap = map.of(h, goals.get(i));
            MapLoss.Value byLogits = output.of(z, held.get(i));
            losses[i] = new double[] {
                mapFactor * byMap.value() + output.factor() * byLogits.value(), byMap.value(), byLogits.value()
            };
            heatMaps.add(h);
            u.add(Vectors.times(byMap.gradient(), mapFactor));
            v.add(Vectors.times(byLogits.gradient(), output.factor()));
            status.add(status(heat.status().get(i), z, losses[i][Evaluation.TOTAL]));
        }
        Array cotangents = form.pullback(maps, Rows.batch(u, Rows.shape(heat.values())));
        return new Evaluation(
                heatMaps,
                status,
                losses,
                silenced(cotangents, status),
                silenced(Rows.batch(v, Rows.shape(logits)), status));
    }

    /** Zero where an image failed: its NaN must not reach the sweep that its batch mates are in. */
    private static Array silenced(Array cotangents, List<Status> status) {
        double[] c = cotangents.toDoubles().clone();
        int size = c.length / status.size();
        for (int i = 0; i < status.size(); i++) {
            if (!status.get(i).isOk()) {
                Arrays.fill(c, i * size, (i + 1) * size, 0);
            }
        }
        return Array.of(c, cotangents.shape());
    }

    private Status status(Status ofMap, double[] logits, double total) {
        if (!Vectors.isFinite(logits)) {
            return Status.nonFinite("the network's output holds NaN or infinity");
        }
        if (!ofMap.isOk() || Double.isFinite(total)) {
            return ofMap;
        }
        return Status.undefined("the loss " + map.name() + " is not defined for this map");
    }
}

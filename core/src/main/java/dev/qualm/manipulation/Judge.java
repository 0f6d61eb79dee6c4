package dev.qualm.manipulation;

import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.DifferentiableMaps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares maps before an attack, after it, after a random change of equal size and under smoothing. All maps of an image
 * explain the class that the deployed network predicts for the original; a target's map explains its own.
 *
 * @param deployed maps of the network in use
 * @param smoothed maps of the smoothed network, or null
 * @param form of the heat maps
 * @param maps similarities of heat maps, by name
 * @param images similarities of images, by name
 * @param constraint whose box, if any, tells which values are black and white
 */
public record Judge(
        DifferentiableMaps deployed,
        @Nullable DifferentiableMaps smoothed,
        HeatMapForm form,
        Map<String, Similarity> maps,
        Map<String, Similarity> images,
        Constraint constraint) {
    public Judge {
        maps = new LinkedHashMap<>(maps);
        images = new LinkedHashMap<>(images);
    }

    /** Everything seen through one network; the target is null where there is none. */
    private record View(
            Seen original,
            Seen attacked,
            Seen control,
            @Nullable Seen target) {}

    /**
     * A verdict per image.
     *
     * @param originals {@code [n, c, ...]}
     * @param attacked of the same shape
     * @param control randomly changed originals, of the same shape; see {@link RandomPerturbation}
     * @param target what the attack was after
     */
    public List<Verdict> of(Array originals, Array attacked, Array control, AttackTarget target) {
        if (originals.rank() < 2
                || originals.dim(0) == 0
                || !Arrays.equals(originals.shape(), attacked.shape())
                || !Arrays.equals(originals.shape(), control.shape())) {
            throw new ShapeException(
                    "Expected originals, attacked images and controls of one shape [n, ...], but found " + originals
                            + ", " + attacked + " and " + control);
        }
        int n = originals.dim(0);
        Seen seen = Seen.of(deployed, form, originals, null);
        int[] classes = new int[n];
        for (int i = 0; i < n; i++) {
            classes[i] = seen.predicted(i);
        }
        View view = view(deployed, seen, classes, attacked, control, target, originals);
        View smooth = smoothed == null
                ? null
                : view(
                        smoothed,
                        Seen.of(smoothed, form, originals, classes),
                        classes,
                        attacked,
                        control,
                        target,
                        originals);
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            verdicts.add(
                    verdict(i, view, smooth, Rows.row(originals, i), Rows.row(attacked, i), Rows.shape(originals)));
        }
        return verdicts;
    }

    private View view(
            DifferentiableMaps network,
            Seen original,
            int[] classes,
            Array attacked,
            Array control,
            AttackTarget target,
            Array originals) {
        Seen wanted = null;
        if (target instanceof AttackTarget.Images other) {
            Subjects.requireRows(other.images(), classes.length, Rows.shape(originals), "target images");
            int[] explained = other.classes();
            wanted =
                    Seen.of(network, form, other.images(), explained == null ? predictions(other.images()) : explained);
        } else if (target instanceof AttackTarget.HeatMaps given) {
            Subjects.requireRows(given.maps(), classes.length, Rows.shape(original.heatMaps()), "target heat maps");
            wanted = Seen.given(given.maps());
        }
        return new View(
                original, Seen.of(network, form, attacked, classes), Seen.of(network, form, control, classes), wanted);
    }

    private int[] predictions(Array others) {
        Seen seen = Seen.of(deployed, form, others, null);
        int[] classes = new int[others.dim(0)];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = seen.predicted(i);
        }
        return classes;
    }

    private Verdict verdict(
            int i, View view, @Nullable View smooth, double[] original, double[] attacked, int[] shape) {
        double[] before = probabilities(view.original(), i);
        double[] after = probabilities(view.attacked(), i);
        Map<String, Movement> movements = new LinkedHashMap<>();
        maps.forEach((name, measure) -> movements.put(name, movement(measure, i, view, smooth)));
        return new Verdict(
                status(i, view, smooth),
                Vectors.argmax(before) == Vectors.argmax(after),
                gap(after, before),
                gap(probabilities(view.control(), i), before),
                smooth == null ? Double.NaN : gap(probabilities(smooth.original(), i), before),
                ImageChange.of(original, attacked, constraint, images, shape),
                movements);
    }

    private static Movement movement(Similarity measure, int i, View view, @Nullable View smooth) {
        return new Movement(
                compare(measure, view.attacked(), view.original(), i),
                compare(measure, view.control(), view.original(), i),
                smooth == null ? Double.NaN : compare(measure, smooth.attacked(), smooth.original(), i),
                compare(measure, view.original(), view.target(), i),
                compare(measure, view.attacked(), view.target(), i),
                smooth == null ? Double.NaN : compare(measure, smooth.attacked(), smooth.target(), i));
    }

    private static double compare(Similarity measure, Seen a, @Nullable Seen b, int i) {
        if (b == null) {
            return Double.NaN;
        }
        int j = b.heatMaps().dim(0) == 1 ? 0 : i;
        if (!a.status().get(i).isOk() || !b.status().get(j).isOk()) {
            return Double.NaN;
        }
        int[] shape = Rows.shape(a.heatMaps());
        return measure.of(Rows.one(Rows.row(a.heatMaps(), i), shape), Rows.one(Rows.row(b.heatMaps(), j), shape));
    }

    private static Status status(int i, View view, @Nullable View smooth) {
        Map<String, Seen> all = new LinkedHashMap<>();
        all.put("the original's map", view.original());
        all.put("the attacked image's map", view.attacked());
        all.put("the control's map", view.control());
        if (smooth != null) {
            all.put("the original's smoothed map", smooth.original());
            all.put("the attacked image's smoothed map", smooth.attacked());
        }
        for (Map.Entry<String, Seen> e : all.entrySet()) {
            if (!Vectors.isFinite(Rows.row(e.getValue().logits(), i))) {
                return Status.nonFinite(e.getKey() + ": the network's output holds NaN or infinity");
            }
            Status found = e.getValue().status().get(i);
            if (!found.isOk()) {
                return new Status(found.kind(), e.getKey() + ": " + found.detail());
            }
        }
        return Status.OK;
    }

    private static double[] probabilities(Seen seen, int i) {
        return Vectors.softmax(Rows.row(seen.logits(), i));
    }

    private static double gap(double[] a, double[] b) {
        return Vectors.maxAbs(Vectors.minus(a, b));
    }
}

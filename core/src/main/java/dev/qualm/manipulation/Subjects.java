package dev.qualm.manipulation;

import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.DifferentiableMaps;
import dev.qualm.attribution.MapFunction;
import dev.qualm.attribution.Normalisation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at images and targets before an attack. */
final class Subjects {
    private final DifferentiableMaps maps;
    private final AttackLoss loss;
    private final Constraint constraint;

    Subjects(DifferentiableMaps maps, AttackLoss loss, Constraint constraint) {
        this.maps = maps;
        this.loss = loss;
        this.constraint = constraint;
    }

    /** Heat maps, logits and a status per image. */
    private record Seen(Array heatMaps, List<Status> status, Array logits) {}

    List<Subject> of(Array images, int @Nullable [] classes, AttackTarget target) {
        int n = images.dim(0);
        requireClasses(classes, n, "attacked images");
        if (loss.map().isTargeted() && target instanceof AttackTarget.None) {
            throw new ManipulationException("Expected target images or heat maps for the loss "
                    + loss.map().name() + ", but found none; choose top-k, mass-centre or untargeted to do without");
        }
        Seen before = see(images, classes);
        Seen wanted = wanted(target, n, images, before.heatMaps());
        List<Subject> subjects = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int t = wanted == null || wanted.heatMaps().dim(0) == 1 ? 0 : i;
            double[] image = Rows.row(images, i);
            MapGoal goal = new MapGoal(
                    Rows.shape(before.heatMaps()),
                    Rows.row(before.heatMaps(), i),
                    wanted == null ? null : Rows.row(wanted.heatMaps(), t));
            double[] logits = Rows.row(before.logits(), i);
            int explained = classes == null || classes[i] == MapFunction.PREDICTED ? Vectors.argmax(logits) : classes[i];
            Status status = status(
                    constraint.check(image, Rows.shape(images)),
                    logits,
                    before.status().get(i),
                    wanted == null ? Status.OK : wanted.status().get(t),
                    goal);
            subjects.add(new Subject(i, image, explained, goal, logits, status));
        }
        return subjects;
    }

    private Status status(Status image, double[] logits, Status map, Status target, MapGoal goal) {
        if (!image.isOk()) {
            return image;
        }
        if (!Vectors.isFinite(logits)) {
            return Status.nonFinite("the network's output for the original image holds NaN or infinity");
        }
        if (!map.isOk()) {
            return new Status(map.kind(), "original image: " + map.detail());
        }
        return target.isOk() ? loss.map().check(goal) : new Status(target.kind(), "target: " + target.detail());
    }

    private @Nullable Seen wanted(AttackTarget target, int n, Array images, Array heatMaps) {
        if (target instanceof AttackTarget.Images other) {
            requireRows(other.images(), n, Rows.shape(images), "target images");
            requireClasses(other.classes(), other.images().dim(0), "target images");
            return see(other.images(), other.classes());
        }
        if (target instanceof AttackTarget.HeatMaps given) {
            requireRows(given.maps(), n, Rows.shape(heatMaps), "target heat maps");
            Array values = given.maps().asFloat64();
            return new Seen(values, Normalisation.NONE.of(values).status(), values);
        }
        return null;
    }

    /** In groups, since a point may keep everything that its derivative needs. */
    private Seen see(Array images, int @Nullable [] classes) {
        List<Array> heatMaps = new ArrayList<>();
        List<Array> logits = new ArrayList<>();
        List<Status> status = new ArrayList<>();
        int n = images.dim(0);
        for (int from = 0; from < n; from += ExplanationAttack.GROUP) {
            int to = Math.min(n, from + ExplanationAttack.GROUP);
            int[] wanted = new int[to - from];
            Arrays.fill(wanted, MapFunction.PREDICTED);
            if (classes != null) {
                System.arraycopy(classes, from, wanted, 0, wanted.length);
            }
            try (DifferentiableMaps.Point point = maps.at(images.slice(from, to), wanted)) {
                Points.require(point, wanted.length);
                Normalisation.Scaled scaled = loss.form().of(point.maps());
                heatMaps.add(scaled.values());
                status.addAll(scaled.status());
                logits.add(point.logits().asFloat64());
            }
        }
        return new Seen(Array.concat(heatMaps), status, Array.concat(logits));
    }

    private static void requireRows(Array found, int n, int[] shape, String what) {
        boolean rows = found.rank() > 0 && (found.dim(0) == n || found.dim(0) == 1);
        if (!rows || !Arrays.equals(Rows.shape(found), shape)) {
            throw new ShapeException("Expected " + what + " " + Arrays.toString(Rows.batchShape(n, shape))
                    + ", or one for all, but found " + found);
        }
    }

    private static void requireClasses(int @Nullable [] classes, int n, String what) {
        if (classes != null && classes.length != n) {
            throw new ShapeException(
                    "Expected " + n + " classes, one for each of the " + what + ", but found " + classes.length);
        }
    }
}

package dev.qualm.manipulation;

import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.DifferentiableMaps;
import dev.qualm.attribution.MapFunction;
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

    List<Subject> of(Array images, int @Nullable [] classes, AttackTarget target) {
        int n = images.dim(0);
        requireClasses(classes, n, "attacked images");
        if (loss.map().isTargeted() && target instanceof AttackTarget.None) {
            throw new ManipulationException("Expected target images or heat maps for the loss "
                    + loss.map().name() + ", but found none; choose top-k, mass-centre or untargeted to do without");
        }
        Seen before = Seen.of(maps, loss.form(), images, classes);
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
            int explained =
                    classes == null || classes[i] == MapFunction.PREDICTED ? Vectors.argmax(logits) : classes[i];
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
            return Seen.of(maps, loss.form(), other.images(), other.classes());
        }
        if (target instanceof AttackTarget.HeatMaps given) {
            requireRows(given.maps(), n, Rows.shape(heatMaps), "target heat maps");
            return Seen.given(given.maps());
        }
        return null;
    }

    static void requireRows(Array found, int n, int[] shape, String what) {
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

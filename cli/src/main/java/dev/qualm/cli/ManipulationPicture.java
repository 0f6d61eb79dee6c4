package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.attribution.Normalisation;
import dev.qualm.manipulation.Movement;
import dev.qualm.manipulation.Verdict;
import dev.qualm.metric.MapPearson;
import dev.qualm.metric.MapSimilarity;
import dev.qualm.metric.MapSquaredError;
import dev.qualm.metric.StructuralSimilarity;
import dev.qualm.report.Picture;
import dev.qualm.report.explanation.Difference;
import dev.qualm.report.explanation.ImageChange;
import dev.qualm.report.explanation.ManipulationOverview;
import dev.qualm.report.explanation.ManipulationStage;
import dev.qualm.report.explanation.RelevanceMap;
import dev.qualm.report.explanation.Similarity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The overview of an attack on one image. */
record ManipulationPicture(ManipulationFindings findings, ModelClasses classes, Manipulation manipulation) {
    /** A few extreme pixels must not bleach all others. */
    private static final double PERCENTILE = 99.5;

    ManipulationOverview of(int i, String title, List<String> notes) {
        ManipulationFindings f = findings;
        ManipulationFindings.Looked deployed = f.looked().get(0);
        ManipulationFindings.Looked smooth = f.smoothed() ? f.looked().get(1) : null;
        int t = f.targetRow(i);
        Array targets = f.targets();
        Array targetLogits = f.logits().target();
        Array original = f.images().slice(i, i + 1);
        ManipulationStage target = targets == null || targetLogits == null
                ? null
                : stage(
                        targets.slice(t, t + 1),
                        targetLogits,
                        t,
                        compared(deployed, deployed.target(), t, i, true, false),
                        smooth == null ? null : compared(smooth, smooth.target(), t, i, true, false),
                        null);
        return new ManipulationOverview(
                title,
                manipulation.method().name(),
                smooth == null ? "" : manipulation.smoothing(),
                stage(
                        original,
                        f.logits().original(),
                        i,
                        compared(deployed, deployed.original(), i, i, false, true),
                        smooth == null ? null : compared(smooth, smooth.original(), i, i, false, true),
                        null),
                target,
                stage(
                        f.attack().images().slice(i, i + 1),
                        f.logits().attacked(),
                        i,
                        compared(deployed, deployed.attacked(), i, i, true, true),
                        smooth == null ? null : compared(smooth, smooth.attacked(), i, i, true, true),
                        original),
                stage(
                        f.control().slice(i, i + 1),
                        f.logits().control(),
                        i,
                        compared(deployed, deployed.control(), i, i, true, true),
                        smooth == null ? null : compared(smooth, smooth.control(), i, i, true, true),
                        original),
                PERCENTILE,
                notes);
    }

    private ManipulationStage stage(
            Array image,
            Array logits,
            int row,
            ManipulationStage.Compared map,
            ManipulationStage.@Nullable Compared smoothed,
            @Nullable Array original) {
        double[] p = ManipulationFindings.Logits.probabilities(logits, row);
        int best = ManipulationFindings.Logits.argmax(p);
        int[] shape = image.shape();
        PixelBox pixels = manipulation.pixels();
        double[] now = pixels.pixels(image.toDoubles());
        ImageChange change = null;
        Difference difference = null;
        if (original != null) {
            double[] before = pixels.pixels(original.toDoubles());
            difference = Difference.between(before, now, shape[1], shape[2], shape[3]);
            change = change(before, now, shape[1], shape[2], shape[3]);
        }
        return new ManipulationStage(
                Picture.of(Array.of(now, shape[1], shape[2], shape[3])),
                classes.name(best),
                p[best],
                map,
                smoothed,
                change,
                difference);
    }

    static ImageChange change(double[] before, double[] now, int channels, int height, int width) {
        double sum = 0;
        double most = 0;
        for (int k = 0; k < now.length; k++) {
            sum += (now[k] - before[k]) * (now[k] - before[k]);
            most = Math.max(most, Math.abs(now[k] - before[k]));
        }
        int plane = height * width;
        double ssim = 0;
        for (int c = 0; c < channels; c++) {
            ssim += StructuralSimilarity.gaussian()
                            .of(
                                    java.util.Arrays.copyOfRange(before, c * plane, (c + 1) * plane),
                                    java.util.Arrays.copyOfRange(now, c * plane, (c + 1) * plane),
                                    height,
                                    width)
                    / channels;
        }
        return new ImageChange(Math.sqrt(sum), most, ssim);
    }

    private static ManipulationStage.Compared compared(
            ManipulationFindings.Looked looked,
            Normalisation.@Nullable Scaled maps,
            int row,
            int image,
            boolean toOriginal,
            boolean toTarget) {
        if (maps == null || !maps.status().get(row).isOk()) {
            return ManipulationStage.Compared.missing(
                    maps == null ? "no map" : maps.status().get(row).toString());
        }
        Array map = maps.values().slice(row, row + 1);
        int height = map.dim(1);
        int width = map.dim(2);
        Normalisation.Scaled targets = looked.target();
        int t = targets == null || targets.values().dim(0) == 1 ? 0 : image;
        return ManipulationStage.Compared.of(
                new RelevanceMap(map.toDoubles(), height, width),
                toOriginal ? similarity(map, looked.original().values().slice(image, image + 1)) : null,
                toTarget && targets != null ? similarity(map, targets.values().slice(t, t + 1)) : null);
    }

    private static Similarity similarity(Array a, Array b) {
        return new Similarity(
                of(new MapPearson(), a, b), of(StructuralSimilarity.gaussian(), a, b), of(new MapSquaredError(), a, b));
    }

    private static double of(MapSimilarity measure, Array a, Array b) {
        return measure.of(a.toDoubles(), b.toDoubles(), a.dim(1), a.dim(2));
    }

    /** Sentences below the pictures. */
    static List<String> notes(ManipulationFindings f, int i, String constraint) {
        List<String> notes = new ArrayList<>();
        notes.add("Allowed: " + constraint + "; " + f.outcome(i).steps()
                + " steps. The random change has the L2 norm of the attack's. Maps of a line share one scale.");
        if (!f.smoothed()) {
            return notes;
        }
        List<String> betas = new ArrayList<>();
        f.verdicts().forEach((beta, all) -> {
            Verdict v = all.get(i);
            Movement m = ManipulationFindings.movement(v, "pcc");
            betas.add("β " + ManipulationText.number(beta) + ": "
                    + (Double.isNaN(m.smoothed())
                            ? "undefined"
                            : String.format(java.util.Locale.ROOT, "%.2f", m.smoothed())));
        });
        notes.add("PCC of the smoothed maps before and after, " + String.join(", ", betas) + ".");
        ManipulationFindings.Adaptive a = f.adaptive();
        if (a != null && a.attack().outcomes().get(i).status().isOk()) {
            Movement m = ManipulationFindings.movement(a.verdicts().get(i), "pcc");
            notes.add(String.format(
                    java.util.Locale.ROOT,
                    "The attack above did not aim at the smoothed map. One that does brings it to PCC %.2f of its original.",
                    m.smoothed()));
        }
        return notes;
    }
}

package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.manipulation.ManipulationException;
import dev.qualm.manipulation.Movement;
import dev.qualm.metric.Bootstrap;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Quantiles;
import dev.qualm.report.explanation.AuditMeasure;
import dev.qualm.report.explanation.AuditReport;
import dev.qualm.report.explanation.AuditReportPage;
import dev.qualm.report.explanation.AuditRow;
import dev.qualm.report.explanation.Curvature;
import dev.qualm.report.explanation.ManipulationOverview;
import dev.qualm.report.explanation.Similarity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The audit of one method over a set of images. */
record AuditRun(
        Manipulation manipulation,
        AuditSet set,
        ModelClasses classes,
        boolean adaptive,
        boolean curvature,
        double threshold,
        ManipulationOptions options) {
    /** How the finding of adaptive attacks starts. */
    static final String AGAIN = "Attacks on the smoothed maps themselves";

    /** Images that are attacked together. */
    private static final int GROUP = 16;

    /**
     * What was found.
     *
     * @param adaptive correlations of the smoothed maps after an attack on them, with the class kept; empty without
     */
    record Result(
            List<AuditRow> rows,
            Map<String, ManipulationOverview> overviews,
            double[] adaptive,
            double secondsPerStep) {}

    /** Steps in all, if no attack stops early. */
    long work() {
        long groups = (set.readable().length + GROUP - 1L) / GROUP;
        return groups * steps();
    }

    private long steps() {
        return (long) manipulation.attack().descent().steps()
                * (1 + manipulation.attack().starts().restarts())
                * (adaptive ? 2 : 1);
    }

    Result run(LongConsumer progress) {
        List<String> ids = ids();
        AuditRow[] rows = new AuditRow[ids.size()];
        for (int i = 0; i < rows.length; i++) {
            if (!set.batch().status().get(i).ok()) {
                rows[i] =
                        AuditRow.failed(ids.get(i), set.batch().status().get(i).toString());
            }
        }
        Map<String, ManipulationOverview> overviews = new HashMap<>();
        List<Double> again = new ArrayList<>();
        int[] readable = set.readable();
        double seconds = 0;
        long made = 0;
        long done = 0;
        for (int from = 0; from < readable.length; from += GROUP) {
            int[] group = Arrays.copyOfRange(readable, from, Math.min(readable.length, from + GROUP));
            long before = done;
            for (Part part : attack(group, step -> progress.accept(before + step))) {
                ManipulationFindings found = part.findings();
                for (int k = 0; k < part.images().length; k++) {
                    int i = part.images()[k];
                    rows[i] =
                            found == null ? AuditRow.failed(ids.get(i), part.failure()) : row(found, k, i, ids.get(i));
                    if (found != null && found.status(k).isOk()) {
                        collect(found, k, i, ids.get(i), overviews, again);
                    }
                    made += found == null ? 0 : found.outcome(k).steps();
                }
                seconds += found == null ? 0 : found.seconds();
            }
            keepWorst(rows, overviews);
            done += steps();
            progress.accept(done);
        }
        return new Result(
                List.of(rows),
                overviews,
                again.stream().mapToDouble(d -> d).toArray(),
                made == 0 ? Double.NaN : seconds / made);
    }

    /** Images attacked together, or why they could not be. */
    private record Part(int[] images, @Nullable ManipulationFindings findings, String failure) {}

    /** One image that makes the attack fail must not take its group along. */
    private List<Part> attack(int[] group, java.util.function.IntConsumer progress) {
        try {
            return List.of(new Part(group, findings(group, progress), ""));
        } catch (ManipulationException e) {
            // Refused for the method, whatever the images.
            throw e;
        } catch (QualmException e) {
            if (group.length == 1) {
                return List.of(new Part(group, null, String.valueOf(e.getMessage())));
            }
            List<Part> parts = new ArrayList<>();
            for (int i : group) {
                parts.addAll(attack(new int[] {i}, step -> {}));
            }
            return parts;
        }
    }

    private ManipulationFindings findings(int[] group, java.util.function.IntConsumer progress) {
        Array images = set.inputs().select(group);
        return manipulation.of(images, set.targets(group), adaptive, false, progress);
    }

    private void collect(
            ManipulationFindings f,
            int k,
            int i,
            String id,
            Map<String, ManipulationOverview> overviews,
            List<Double> again) {
        overviews.put(
                id,
                new ManipulationPicture(f, classes, manipulation)
                        .of(k, id + (set.targetId(i) == null ? "" : " → " + set.targetId(i)), List.of()));
        ManipulationFindings.Adaptive a = f.adaptive();
        if (a != null
                && a.attack().outcomes().get(k).status().isOk()
                && a.verdicts().get(k).classKept()) {
            double pcc =
                    ManipulationFindings.movement(a.verdicts().get(k), "pcc").smoothed();
            if (!Double.isNaN(pcc)) {
                again.add(pcc);
            }
        }
    }

    /** Only the pictures that the page shows are kept, so that memory does not grow with the set. */
    private void keepWorst(AuditRow[] rows, Map<String, ManipulationOverview> overviews) {
        List<AuditRow> there =
                Arrays.stream(rows).filter(java.util.Objects::nonNull).toList();
        overviews
                .keySet()
                .retainAll(report(there, "", "", Double.NaN, Map.of()).worst(AuditReportPage.SHOWN).stream()
                        .map(AuditRow::id)
                        .toList());
    }

    private List<String> ids() {
        Map<String, Integer> seen = new HashMap<>();
        List<String> out = new ArrayList<>();
        for (String id : set.batch().ids()) {
            int times = seen.merge(id, 1, Integer::sum);
            out.add(times == 1 ? id : id + " (" + times + ")");
        }
        return out;
    }

    private AuditRow row(ManipulationFindings f, int k, int i, String id) {
        Status status = f.status(k);
        if (!status.isOk()) {
            return AuditRow.failed(id, status.toString());
        }
        double[] change = ManipulationText.pixelChange(f, k, manipulation.pixels());
        return new AuditRow(
                id,
                classes.name(f.predicted(k)),
                f.probability(k),
                set.targetId(i),
                f.verdict(k).classKept(),
                f.probabilityAfter(k),
                similarity(f, k, Movement::attacked),
                similarity(f, k, Movement::targetAfter),
                f.smoothed() ? similarity(f, k, Movement::smoothed) : Similarity.UNKNOWN,
                f.smoothed() ? similarity(f, k, Movement::targetSmoothed) : Similarity.UNKNOWN,
                similarity(f, k, Movement::control),
                new dev.qualm.report.explanation.ImageChange(
                        change[0],
                        change[1],
                        f.verdict(k).change().similarities().getOrDefault("ssim", Double.NaN)),
                curvature && !manipulation.flat() ? curvature(f, k) : Curvature.UNKNOWN,
                AuditRow.OK);
    }

    private Curvature curvature(ManipulationFindings f, int k) {
        CurvatureNumbers c = manipulation.curvature(
                f.images().slice(k, k + 1), f.attack().images().slice(k, k + 1), f.predicted(k));
        return new Curvature(
                Math.abs(c.at().largest().eigenvalue()),
                c.at().frobenius().norm(),
                c.at().gradientNorm(),
                c.path().integral(),
                c.path().arc(),
                c.path().integral(),
                c.path().isVoid() ? ManipulationText.first(c.path().nonSmooth()) : "");
    }

    private static Similarity similarity(
            ManipulationFindings f, int k, java.util.function.ToDoubleFunction<Movement> which) {
        return new Similarity(
                which.applyAsDouble(f.movement(k, "pcc")),
                which.applyAsDouble(f.movement(k, "ssim")),
                which.applyAsDouble(f.movement(k, "mse")));
    }

    AuditReport report(Result result, String model, String data) {
        AuditReport report = report(result.rows(), model, data, result.secondsPerStep(), intervals(result.rows()));
        if (result.adaptive().length == 0) {
            return report;
        }
        long moved = Arrays.stream(result.adaptive()).filter(v -> v < threshold).count();
        List<String> warnings = new ArrayList<>(report.warnings());
        warnings.add(String.format(
                Locale.ROOT,
                "%s (%s) bring %d of %d below PCC %s of their originals with the prediction kept; median PCC %.2f.",
                AGAIN,
                report.smoothing(),
                moved,
                result.adaptive().length,
                ManipulationText.number(threshold),
                Quantiles.median(result.adaptive())));
        return new AuditReport(
                report.title(),
                report.model(),
                report.data(),
                report.method(),
                report.parameters(),
                report.threshold(),
                report.smoothing(),
                report.rows(),
                report.intervals(),
                report.provenance(),
                warnings);
    }

    private AuditReport report(
            List<AuditRow> rows, String model, String data, double secondsPerStep, Map<String, Interval> intervals) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("Attack", Choice.written(options.aim().kind()));
        parameters.put("Loss", manipulation.attack().loss().map().name());
        parameters.put("Steps", Integer.toString(manipulation.attack().descent().steps()));
        parameters.put(
                "Learning rate",
                ManipulationText.number(
                        manipulation.attack().descent().optimizer().learningRate()));
        parameters.put("Allowed", options.limits().allowed());
        parameters.put(
                "Restarts", Integer.toString(manipulation.attack().starts().restarts()));
        double first = manipulation.attack().betas().first();
        parameters.put(
                "Attacked network",
                Double.isInfinite(first)
                        ? "the deployed one"
                        : "softplus, β " + ManipulationText.number(first) + " to "
                                + ManipulationText.number(
                                        manipulation.attack().betas().last())
                                + "; judged on the deployed one");
        manipulation.method().parameters().forEach((k, v) -> parameters.put("Explanation: " + k, String.valueOf(v)));
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("Explained", options.target().quantity().label());
        provenance.put("Valid pixels", manipulation.pixels().toString());
        provenance.put("Seed", Long.toString(options.seed()));
        if (!Double.isNaN(secondsPerStep)) {
            provenance.put("Seconds per step and image", ManipulationText.number(secondsPerStep));
        }
        List<String> warnings = new ArrayList<>(manipulation.warnings());
        List<String> kinks = manipulation.nonSmooth();
        if (curvature && !kinks.isEmpty()) {
            warnings.add("The bound from curvature is void: kinks remain in the smoothed network at "
                    + ManipulationText.first(kinks));
        }
        return new AuditReport(
                "How easily explanations are faked",
                model,
                data,
                manipulation.method().name(),
                parameters,
                threshold,
                manipulation.smoothing(),
                rows,
                intervals,
                provenance,
                warnings);
    }

    private Map<String, Interval> intervals(List<AuditRow> rows) {
        Map<String, Interval> out = new LinkedHashMap<>();
        for (AuditMeasure measure : AuditMeasure.values()) {
            double[] values = measure.of(rows);
            if (values.length >= 5) {
                double[] replicates = Bootstrap.seeded(options.seed())
                        .replicates(
                                new int[values.length],
                                drawn -> Quantiles.median(Arrays.stream(drawn)
                                        .mapToDouble(i -> values[i])
                                        .toArray()));
                Interval i = Bootstrap.percentile(replicates, Interval.DEFAULT_LEVEL);
                out.put(measure.id(), new Interval(i.low(), i.high(), i.level(), "bootstrap"));
            }
        }
        return out;
    }
}

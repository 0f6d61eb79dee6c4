package dev.qualm.sustainability;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.metric.Bootstrap;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Normal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds up micro-batches, in the order of the data. */
final class ResultSums {
    private final List<Tap> taps;
    private final LayerSustainability.Settings settings;
    private final List<Perturbation> perturbations;
    private final CellSums[][] cells;
    private final Moments[][] sizes;
    private final long[] unmoved;
    private final List<ItemProblem> problems = new ArrayList<>();
    private long problemCount;
    private long items;
    private long unreadable;

    ResultSums(List<Tap> taps, LayerSustainability.Settings settings, List<Perturbation> perturbations) {
        this.taps = taps;
        this.settings = settings;
        this.perturbations = perturbations;
        cells = new CellSums[perturbations.size()][taps.size()];
        sizes = new Moments[perturbations.size()][2];
        unmoved = new long[perturbations.size()];
        for (int k = 0; k < cells.length; k++) {
            sizes[k] = new Moments[] {new Moments(), new Moments()};
            for (int t = 0; t < taps.size(); t++) {
                cells[k][t] = new CellSums(settings.measures(), settings.keepsItems());
            }
        }
    }

    void add(MicroRuns.Outcome outcome) {
        outcome.part().unreadable().forEach(this::report);
        unreadable += outcome.part().unreadable().size();
        Items part = outcome.part().items();
        items += part.size();
        for (int k = 0; k < cells.length; k++) {
            for (int i = 0; i < part.size(); i++) {
                Status status = outcome.excluded()[k][i];
                if (status == null) {
                    status = add(k, i, outcome);
                } else {
                    for (CellSums cell : cells[k]) {
                        cell.skip(true);
                    }
                }
                if (status != null) {
                    String id = outcome.part().ids().get(i);
                    report(new ItemProblem(
                            part.rows()[i], id, perturbations.get(k).name(), status));
                }
                addSize(k, outcome.changes()[k][i]);
            }
            for (int t = 0; t < outcome.hsic()[k].length; t++) {
                double[] hsic = outcome.hsic()[k][t];
                if (hsic == null || hsic.length == 0) {
                    cells[k][t].skippedBatches++;
                } else {
                    cells[k][t].cka.add(hsic);
                }
            }
        }
    }

    private @Nullable Status add(int k, int i, MicroRuns.Outcome outcome) {
        Status first = null;
        for (int t = 0; t < cells[k].length; t++) {
            TapSums sums = outcome.sums()[k][t];
            Status status = null;
            if (!sums.isFinite(i)) {
                cells[k][t].skip(false);
                status = Status.nonFinite("NaN or infinity in " + taps.get(t).tensor());
            } else {
                Measure missing = cells[k][t].add(sums, i);
                status = missing == null
                        ? null
                        : Status.undefined(
                                missing.label() + " at " + taps.get(t).tensor() + ": " + missing.reason());
            }
            first = first == null ? status : first;
        }
        return first;
    }

    private void addSize(int k, InputChange change) {
        unmoved[k] += change.linf() == 0 ? 1 : 0;
        if (Double.isFinite(change.l2())) {
            sizes[k][0].add(change.l2());
            sizes[k][1].add(change.linf());
        }
    }

    private void report(ItemProblem problem) {
        problemCount++;
        if (problems.size() < SustainabilityResult.LISTED) {
            problems.add(problem);
        }
    }

    SustainabilityResult result(Provenance provenance) {
        List<LayerMovement> movements = new ArrayList<>();
        List<SustainabilityResult.Spread> groups = new ArrayList<>();
        Map<String, Array> values = new LinkedHashMap<>();
        List<PerturbationSize> reached = new ArrayList<>();
        for (int k = 0; k < cells.length; k++) {
            Perturbation p = perturbations.get(k);
            reached.add(
                    new PerturbationSize(p.name(), sizes[k][0].mean(), sizes[k][1].mean(), unmoved[k], p.provenance()));
            for (int m = 0; m < settings.measures().size(); m++) {
                for (int t = 0; t < taps.size(); t++) {
                    groups.add(spread(movements.size(), cells[k][t], m));
                    movements.add(movement(p.name(), k, t, m));
                }
                if (settings.itemValues() && settings.measures().get(m).perItem()) {
                    values.put(p.name() + "/" + settings.measures().get(m).label(), itemValues(k, m));
                }
            }
        }
        return new SustainabilityResult(
                taps,
                settings.measures(),
                reached,
                movements,
                items,
                unreadable,
                problems,
                problemCount,
                values,
                groups,
                provenance.with("passes", (perturbations.size() + 1) + " per item, and those of the perturbations"));
    }

    private SustainabilityResult.Spread spread(int movement, CellSums cell, int m) {
        if (settings.measures().get(m) == Measure.LINEAR_CKA) {
            double distance = cell.cka.distance();
            boolean known = cell.cka.batches() > 0 && Double.isFinite(distance);
            return new SustainabilityResult.Spread(movement, known ? 1 : 0, known ? distance : 0, 0);
        }
        Moments moments = cell.moments[m];
        double mean = moments.count() == 0 ? 0 : moments.mean();
        return new SustainabilityResult.Spread(movement, moments.count(), mean, moments.squares());
    }

    private LayerMovement movement(String name, int k, int t, int m) {
        CellSums cell = cells[k][t];
        Measure measure = settings.measures().get(m);
        if (measure == Measure.LINEAR_CKA) {
            double distance = cell.cka.batches() == 0 ? Double.NaN : cell.cka.distance();
            long undefined = Double.isNaN(distance) ? items : cell.skippedBatches;
            return new LayerMovement(
                    taps.get(t),
                    name,
                    measure,
                    distance,
                    cell.cka.standardError(),
                    cell.cka.interval(settings.level()),
                    Double.NaN,
                    Double.isNaN(distance) ? 0 : cell.cka.batches(),
                    undefined,
                    cell.nonFinite);
        }
        Moments moments = cell.moments[m];
        return new LayerMovement(
                taps.get(t),
                name,
                measure,
                moments.mean(),
                moments.std(),
                interval(cell, m),
                moments.count() == 0 ? Double.NaN : cell.whole(measure),
                moments.count(),
                cell.undefined[m],
                cell.nonFinite);
    }

    private @Nullable Interval interval(CellSums cell, int m) {
        Moments moments = cell.moments[m];
        if (moments.count() < 2) {
            return null;
        }
        Bootstrap bootstrap = settings.bootstrap();
        if (bootstrap != null) {
            double[] values = Arrays.stream(cell.kept[m].values())
                    .filter(v -> !Double.isNaN(v))
                    .toArray();
            double[] means = bootstrap.replicates(new int[values.length], drawn -> {
                double sum = 0;
                for (int i : drawn) {
                    sum += values[i];
                }
                return sum / drawn.length;
            });
            return Bootstrap.percentile(means, settings.level());
        }
        double half = Normal.twoSided(settings.level()) * moments.std() / Math.sqrt(moments.count());
        return new Interval(moments.mean() - half, moments.mean() + half, settings.level(), "normal");
    }

    private Array itemValues(int k, int m) {
        int n = Math.toIntExact(items);
        double[] all = new double[Math.multiplyExact(n, taps.size())];
        for (int t = 0; t < taps.size(); t++) {
            double[] values = cells[k][t].kept[m].values();
            for (int i = 0; i < n; i++) {
                all[i * taps.size() + t] = values[i];
            }
        }
        return Array.of(all, n, taps.size());
    }
}

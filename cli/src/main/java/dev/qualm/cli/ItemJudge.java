package dev.qualm.cli;

import dev.qualm.data.Dataset;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.decision.CalibratedDetectors;
import dev.qualm.detect.decision.CombinedFit;
import dev.qualm.detect.decision.FalseDiscoveries;
import dev.qualm.detect.decision.ItemVerdict;
import dev.qualm.detect.decision.JudgedItems;
import dev.qualm.detect.decision.StreamWatch;
import dev.qualm.detect.decision.TieredDetectors;
import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.verdict.CascadeRun;
import dev.qualm.detect.verdict.Guarantee;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Scores items block by block, with verdicts where there are calibrated detectors; keeps count for the summary. */
final class ItemJudge {
    /** Scores one block. */
    private interface Work {
        JudgedItems judge(Dataset block, IntConsumer progress);
    }

    private final Work work;
    private final @Nullable Double fdr;
    private final @Nullable StreamWatch watch;
    private final VerdictSummary summary;
    private final boolean givesVerdicts;
    private @Nullable CascadeRun tiers;

    private ItemJudge(
            Work work, @Nullable Double fdr, @Nullable StreamWatch watch, boolean verdicts, VerdictSummary summary) {
        this.work = work;
        this.fdr = fdr;
        this.watch = watch;
        this.givesVerdicts = verdicts;
        this.summary = summary;
    }

    static ItemJudge scores(Scorer scorer) {
        return new ItemJudge(
                (block, progress) -> new JudgedItems(scorer.score(block, progress), List.of(), null),
                null,
                null,
                false,
                new VerdictSummary("", 0, 0, List.of()));
    }

    static ItemJudge verdicts(
            Scorer scorer, CalibratedDetectors detectors, @Nullable Double fdr, @Nullable StreamWatch watch) {
        CalibrationItems items =
                java.util.Objects.requireNonNull(detectors.fitted().calibration());
        boolean right = CombinedFit.onRight(detectors.fitted());
        return new ItemJudge(
                (block, progress) -> detectors.judge(scorer.score(block, progress), block),
                fdr,
                watch,
                true,
                new VerdictSummary(
                        detectors.toString(),
                        detectors.settings().guarantee().alpha(),
                        items.size(),
                        right
                                ? List.of("calibrated on right predictions: the rate is that of ordinary items that are"
                                        + " predicted rightly"
                                        + (watch == null ? ", and staleness is not watched" : ""))
                                : List.of()));
    }

    static ItemJudge tiers(TieredDetectors detectors, Guarantee guarantee, @Nullable StreamWatch watch) {
        List<String> remarks = new ArrayList<>();
        detectors.refused().forEach((name, reason) -> remarks.add("tier " + name + " is left out: " + reason));
        if (detectors.degraded()) {
            remarks.add(
                    "degraded mode: only " + detectors.mode().names() + " are asked, under a calibration of their own");
        }
        return new ItemJudge(
                (block, progress) -> {
                    JudgedItems judged = detectors.judgeUnchecked(block);
                    progress.accept(block.size());
                    return judged;
                },
                null,
                watch,
                true,
                new VerdictSummary(
                        detectors.toString(),
                        guarantee.alpha(),
                        detectors.mode().n(),
                        remarks));
    }

    /** Whether no verdict is final before all items were seen. */
    boolean decidesTogether() {
        return fdr != null;
    }

    JudgedItems judge(Dataset block, IntConsumer progress) {
        JudgedItems judged = work.judge(block, progress);
        if (judged.tiers() != null) {
            tiers = tiers == null ? judged.tiers() : tiers.and(judged.tiers());
        }
        JudgedItems marked = watch == null ? judged : watch.observe(judged);
        if (fdr == null) {
            summary.count(marked.verdicts());
        }
        return marked;
    }

    /** The same blocks with final verdicts. */
    List<JudgedItems> together(List<JudgedItems> blocks) {
        if (fdr == null) {
            return blocks;
        }
        List<ItemVerdict> all = FalseDiscoveries.among(
                blocks.stream().flatMap(b -> b.verdicts().stream()).toList(), fdr);
        summary.count(all);
        List<JudgedItems> out = new ArrayList<>();
        int from = 0;
        for (JudgedItems b : blocks) {
            int to = from + b.verdicts().size();
            out.add(new JudgedItems(b.scores(), all.subList(from, to), null));
            from = to;
        }
        return out;
    }

    /** What was decided, in a few lines; none without verdicts. */
    List<String> summary() {
        return givesVerdicts ? summary.lines(fdr, tiers, watch == null ? null : watch.staleness()) : List.of();
    }
}

package dev.qualm.report.evaluate;

import dev.qualm.evaluate.AdaptiveResult;
import dev.qualm.evaluate.AttackOutcome;
import dev.qualm.evaluate.Cell;
import dev.qualm.evaluate.Comparison;
import dev.qualm.evaluate.DetectorCost;
import dev.qualm.evaluate.EvaluationReport;
import dev.qualm.evaluate.EvaluationSettings;
import dev.qualm.evaluate.Evaluator;
import dev.qualm.evaluate.LeftOut;
import dev.qualm.evaluate.ModelEvaluation;
import dev.qualm.evaluate.ModelSpread;
import dev.qualm.evaluate.RankNumbers;
import dev.qualm.evaluate.RoleRanks;
import dev.qualm.evaluate.ScoredSet;
import dev.qualm.evaluate.SelectiveNumbers;
import dev.qualm.metric.FprAtTpr;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Proportion;
import dev.qualm.metric.SelectiveValue;
import dev.qualm.report.ReportJson;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An {@link EvaluationReport} as JSON. */
public final class EvaluationJson {
    /** Name and version of the fields. */
    public static final String FORMAT = "qualm-evaluation-1";

    private EvaluationJson() {}

    private record Fields(
            @Nullable String stamp,
            List<String> nonAdaptive,
            Settings settings,
            List<Model> models,
            List<Spread> spreads,
            List<Ranks> ranks,
            List<String> warnings) {}

    private record Settings(
            String baseline,
            List<String> floor,
            double level,
            int resamples,
            long seed,
            double alpha,
            List<String> definitions) {}

    private record Model(
            String model,
            String hash,
            double accuracy,
            List<DetectorCost> detectors,
            List<Set> sets,
            List<Row> cells,
            List<Left> leftOut,
            List<Adaptive> adaptive,
            Map<String, String> refusals,
            List<String> warnings,
            Map<String, String> provenance) {}

    private record Set(
            String name,
            String role,
            int items,
            int unreadable,
            boolean labelled,
            boolean madeFromOrdinary,
            String origin,
            @Nullable Attack attack) {}

    private record Attack(
            int attacked,
            int broken,
            double successRate,
            double low,
            double high,
            int doubtful,
            AttackOutcome.Size linf,
            AttackOutcome.Size l2,
            AttackOutcome.Size l1,
            long passes,
            Map<String, String> provenance) {}

    private record Row(
            String detector,
            String set,
            String role,
            String view,
            @Nullable String stamp,
            int negatives,
            int positives,
            int undefinedNegatives,
            int undefinedPositives,
            @Nullable Ranked ranking,
            @Nullable Selective selective,
            String missing,
            @Nullable Comparison baseline,
            String floor,
            List<String> notBeaten,
            @Nullable Share adaptiveWorst) {}

    private record Ranked(
            double auroc,
            Interval interval,
            double auprOut,
            double auprIn,
            double prevalence,
            List<Fpr> fprAt95Tpr,
            Interval fprInterval,
            @Nullable Double autc) {}

    private record Fpr(String rule, double value, double reached, double threshold) {}

    private record Selective(double accuracy, Value aurc, Value excessAurc, Value augrc, Value riskAt80) {}

    private record Value(double value, double low, double high, String definition) {}

    private record Adaptive(
            String detector, String conditions, @Nullable Share worst, List<Rung> rungs, List<String> warnings) {}

    private record Rung(
            String name,
            int items,
            @Nullable Share evaded,
            @Nullable Share misclassified,
            double passes,
            String note) {}

    private record Share(double value, double low, double high, long count, long of) {}

    private record Ranks(
            String role,
            String view,
            List<String> blocks,
            List<String> detectors,
            List<Double> meanRanks,
            double statistic,
            double pValue,
            boolean exact,
            double criticalDifference,
            List<Pair> againstBaseline,
            List<String> leftOut) {}

    private record Spread(
            String detector,
            String set,
            String role,
            String view,
            int models,
            double mean,
            double deviation,
            double smallest,
            double largest) {}

    private record Left(
            String set,
            String role,
            String view,
            List<String> excluded,
            double leftOut,
            Interval interval,
            double optimisticKnowingIt,
            double baseline,
            int negatives,
            int positives) {}

    private record Pair(String detector, double difference, double pValue, double adjusted) {}

    /** The JSON text, with a line end. */
    public static String render(EvaluationReport report) {
        EvaluationSettings s = report.settings();
        return ReportJson.render(
                FORMAT,
                new Fields(
                        report.stamped() ? EvaluationReport.NON_ADAPTIVE_MEANS : null,
                        report.nonAdaptive(),
                        new Settings(
                                s.baseline(),
                                Evaluator.FLOOR,
                                s.level(),
                                s.replicates(),
                                s.seed(),
                                s.alpha(),
                                s.definitions()),
                        report.models().stream().map(EvaluationJson::model).toList(),
                        report.spreads().stream().map(EvaluationJson::spread).toList(),
                        report.ranks().stream().map(EvaluationJson::ranks).toList(),
                        report.warnings()));
    }

    private static Model model(ModelEvaluation m) {
        List<Set> sets = Stream.concat(Stream.of(m.scored().id()), m.scored().sets().stream())
                .map(EvaluationJson::set)
                .toList();
        return new Model(
                m.scored().name(),
                m.scored().hash(),
                m.accuracy(),
                m.scored().detectors(),
                sets,
                m.cells().stream().map(EvaluationJson::row).toList(),
                m.leftOut().stream().map(EvaluationJson::left).toList(),
                m.adaptive().stream().map(EvaluationJson::adaptive).toList(),
                m.scored().refusals(),
                m.warnings(),
                m.provenance().entries());
    }

    private static Set set(ScoredSet s) {
        AttackOutcome a = s.attack();
        Attack attack = null;
        if (a != null) {
            Interval rate = a.successInterval();
            attack = new Attack(
                    a.attacked(),
                    a.broken(),
                    a.successRate(),
                    rate == null ? Double.NaN : rate.low(),
                    rate == null ? Double.NaN : rate.high(),
                    a.doubtful(),
                    a.linf(),
                    a.l2(),
                    a.l1(),
                    a.passes(),
                    a.provenance().entries());
        }
        return new Set(
                s.name(),
                s.role().text(),
                s.size(),
                s.unreadable(),
                s.labels() != null,
                s.source() != null,
                s.origin(),
                attack);
    }

    private static Row row(Cell c) {
        return new Row(
                c.detector(),
                c.set(),
                c.role().text(),
                c.view().text(),
                c.nonAdaptive() ? EvaluationReport.NON_ADAPTIVE : null,
                c.negatives(),
                c.positives(),
                c.undefinedNegatives(),
                c.undefinedPositives(),
                c.numbers() == null ? null : ranked(c.numbers()),
                c.selective() == null ? null : selective(c.selective()),
                c.missing(),
                c.baseline(),
                c.floor().words(),
                c.notBeaten(),
                c.adaptive() == null ? null : share(c.adaptive().worst()));
    }

    private static Adaptive adaptive(AdaptiveResult a) {
        return new Adaptive(
                a.detector(),
                a.conditions(),
                share(a.worst()),
                a.rungs().stream()
                        .map(r -> new Rung(
                                r.name(),
                                r.items(),
                                share(r.evadedShare()),
                                share(r.misclassifiedShare()),
                                r.passes(),
                                r.note()))
                        .toList(),
                a.doubts());
    }

    private static @Nullable Share share(@Nullable Proportion p) {
        return p == null
                ? null
                : new Share(p.value(), p.interval().low(), p.interval().high(), p.successes(), p.n());
    }

    private static Ranked ranked(RankNumbers n) {
        return new Ranked(
                n.auroc().value(),
                n.aurocInterval(),
                n.auprOut().value(),
                n.auprIn().value(),
                n.prevalence(),
                n.fpr().stream().map(EvaluationJson::fpr).toList(),
                n.fprInterval(),
                n.autc().value());
    }

    private static Fpr fpr(FprAtTpr f) {
        return new Fpr(f.rule().words(), f.value(), f.achieved(), f.threshold());
    }

    private static Selective selective(SelectiveNumbers s) {
        return new Selective(s.accuracy(), value(s.aurc()), value(s.excess()), value(s.augrc()), value(s.risk()));
    }

    private static Value value(SelectiveValue v) {
        return new Value(
                v.value(), v.interval().low(), v.interval().high(), v.metric().label());
    }

    private static Spread spread(ModelSpread s) {
        return new Spread(
                s.detector(),
                s.set(),
                s.role().text(),
                s.view().text(),
                s.models(),
                s.mean(),
                s.deviation(),
                s.smallest(),
                s.largest());
    }

    private static Left left(LeftOut l) {
        return new Left(
                l.set(),
                l.role().text(),
                l.view().text(),
                l.excluded(),
                l.honest(),
                l.interval(),
                l.optimistic(),
                l.baseline(),
                l.negatives(),
                l.positives());
    }

    private static Ranks ranks(RoleRanks r) {
        return new Ranks(
                r.role().text(),
                r.view().text(),
                r.blocks(),
                r.detectors(),
                r.friedman().averageRanks(),
                r.friedman().statistic(),
                r.friedman().pValue(),
                r.friedman().exact(),
                r.criticalDifference(),
                r.pairs().stream()
                        .map(p -> new Pair(r.detectors().get(p.second()), -p.difference(), p.pValue(), p.adjusted()))
                        .toList(),
                r.leftOut());
    }
}

package dev.qualm.cli.demo;

import dev.qualm.detect.Score;
import dev.qualm.detect.ScoreTable;
import dev.qualm.metric.RocCurve;
import dev.qualm.network.Network;
import dev.qualm.report.Histogram;
import dev.qualm.report.RocSet;
import dev.qualm.report.Rules;
import dev.qualm.report.ScoreReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The demonstration's numbers as a report. */
final class DemoReport {
    private static final int BINS = 40;
    private static final int CURVE_POINTS = 400;

    private DemoReport() {}

    static ScoreReport of(
            DemoRun run,
            DemoData data,
            Network network,
            List<String> classes,
            int threads,
            Map<String, String> provenance) {
        ScoreTable base = table(run, run.ordinary());
        List<Histogram> histograms = new ArrayList<>();
        for (Score s : base.scores()) {
            Map<String, double[]> values = new LinkedHashMap<>();
            run.tables().forEach((name, t) -> values.put(name, t.of(s.name())));
            histograms.add(Histogram.of(s.name(), run.ordinary().name(), values, BINS));
        }
        List<RocSet> rocs = new ArrayList<>();
        for (DemoSet set : run.unusual()) {
            List<RocSet.Curve> curves = new ArrayList<>();
            for (Score s : base.scores()) {
                curve(s.name(), base.of(s.name()), table(run, set).of(s.name()), curves);
            }
            rocs.add(new RocSet(set.name(), curves));
        }
        String summary = String.format(
                Locale.ROOT,
                "A small convolutional network that knows %d of the 10 Fashion-MNIST classes, %.1f %% right on %d test images,"
                        + " is shown images it knows, half knows and does not know. Each score tries to tell them apart from one"
                        + " prediction; larger always means less trustworthy.",
                classes.size(),
                100 * run.accuracy(),
                run.labels().length);
        return new ScoreReport(
                "Which predictions to doubt",
                summary,
                run.ordinary().name(),
                base.size(),
                run.outSets(),
                rules(threads),
                run.rows(),
                histograms,
                rocs,
                MostDoubted.of(run, data, network, classes),
                provenance,
                notes());
    }

    private static Rules rules(int threads) {
        return new Rules(
                "the set to be doubted is the positive class; ties count one half. For 'mistakes' the negatives are the test"
                        + " images the model gets right, else all test images",
                "share of ordinary images flagged at the largest threshold that catches at least 95 % of the set; tied scores are"
                        + " flagged together",
                "95 %: DeLong on the logit scale (AUROC), stratified bootstrap with " + DemoRun.REPLICATES
                        + " resamples (FPR95)",
                "the forward pass and the score's own sweep, per image on one of " + threads
                        + " threads; the sweeps read one recorded forward pass, which all scores share");
    }

    private static List<String> notes() {
        return List.of(
                "One network, one seed, small sets: the intervals cover the choice of images, not the choice of network.",
                "Scores computed from gradients are not better than logit scores here in general; read the columns before"
                        + " paying for their passes.",
                "FGSM knows nothing of the scores. An attack that does (an adaptive one) would look less conspicuous.",
                "The directions of the cosine-map scores were fixed from the paper's description of correct predictions; an AUROC"
                        + " below one half means that this network's maps behave the other way.");
    }

    private static void curve(String score, double[] ordinary, double[] unusual, List<RocSet.Curve> curves) {
        double[] low = Comparison.defined(ordinary);
        double[] high = Comparison.defined(unusual);
        if (low.length == 0 || high.length == 0) {
            return;
        }
        List<RocCurve.Point> points = RocCurve.of(low, high).thin(CURVE_POINTS).points();
        curves.add(new RocSet.Curve(
                score,
                points.stream().mapToDouble(RocCurve.Point::falsePositiveRate).toArray(),
                points.stream().mapToDouble(RocCurve.Point::truePositiveRate).toArray()));
    }

    private static ScoreTable table(DemoRun run, DemoSet set) {
        return Objects.requireNonNull(run.tables().get(set.name()));
    }
}

package dev.qualm.report.layers;

import dev.qualm.metric.Interval;
import dev.qualm.report.ReportJson;
import dev.qualm.sustainability.ItemProblem;
import dev.qualm.sustainability.LayerMovement;
import dev.qualm.sustainability.MostVulnerableLayers;
import dev.qualm.sustainability.PerturbationSize;
import java.util.List;
import java.util.Map;

/** A {@link LayerReport} as JSON, for machines. */
public final class LayerReportJson {
    /** Name and version of the fields. */
    public static final String FORMAT = "qualm-layers-1";

    private LayerReportJson() {}

    private record Fields(
            String model,
            String data,
            long items,
            long unreadable,
            List<Size> perturbations,
            List<Value> layers,
            List<Marked> mostVulnerable,
            List<Problem> problems,
            long problemCount,
            Map<String, String> provenance) {}

    private record Size(String name, double l2, double linf, long unmoved, Map<String, String> settings) {}

    private record Value(
            String layer,
            String op,
            String perturbation,
            String measure,
            double value,
            double std,
            double low,
            double high,
            double level,
            double whole,
            long count,
            long undefined,
            long nonFinite) {}

    private record Marked(
            String perturbation, String measure, double eta, double mu, double sigma, List<Layer> layers) {}

    private record Layer(int index, String layer, double value, double sigmas) {}

    private record Problem(int row, String id, String perturbation, String status) {}

    /** The JSON text, with a line end. */
    public static String render(LayerReport report) {
        Fields fields = new Fields(
                report.model(),
                report.data(),
                report.result().items(),
                report.result().unreadable(),
                report.result().perturbations().stream()
                        .map(LayerReportJson::size)
                        .toList(),
                report.result().movements().stream().map(LayerReportJson::value).toList(),
                report.vulnerable().stream().map(LayerReportJson::marked).toList(),
                report.result().problems().stream()
                        .map(LayerReportJson::problem)
                        .toList(),
                report.result().problemCount(),
                report.result().provenance().entries());
        return ReportJson.render(FORMAT, fields);
    }

    private static Size size(PerturbationSize p) {
        return new Size(p.name(), p.l2(), p.linf(), p.unmoved(), p.provenance().entries());
    }

    private static Value value(LayerMovement m) {
        Interval i = m.interval();
        return new Value(
                m.tap().tensor(),
                m.tap().op(),
                m.perturbation(),
                m.measure().label(),
                m.value(),
                m.std(),
                i == null ? Double.NaN : i.low(),
                i == null ? Double.NaN : i.high(),
                i == null ? Double.NaN : i.level(),
                m.whole(),
                m.count(),
                m.undefined(),
                m.nonFinite());
    }

    private static Marked marked(MostVulnerableLayers m) {
        return new Marked(
                m.perturbations().get(0),
                m.measure().label(),
                m.eta(),
                m.mu(),
                m.sigma(),
                m.layers().stream()
                        .map(v -> new Layer(v.index(), v.tap().tensor(), v.value(), v.sigmas()))
                        .toList());
    }

    private static Problem problem(ItemProblem p) {
        return new Problem(p.row(), p.id(), p.perturbation(), p.status().toString());
    }
}

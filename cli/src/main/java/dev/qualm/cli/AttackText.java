package dev.qualm.cli;

import dev.qualm.attack.Norms;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Proportion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What an attack did, in numbers.
 *
 * @param attack as it was typed
 * @param items how many were read
 * @param cleanAccuracy share answered right before
 * @param accuracy share answered right afterwards
 * @param attacked how many items were attacked
 * @param success share of these on which the aim was reached, NaN if there are none
 * @param low lower end of its 95% interval
 * @param high upper end
 * @param linf size of the changes that reached the aim (of all, if none did), in the unit of the box
 * @param l2 likewise
 * @param l1 likewise
 * @param queries forward passes for each item attacked
 * @param gradients gradients for each item attacked
 * @param doubtful items that met a zero gradient, NaN or infinity
 */
record AttackText(
        String attack,
        int items,
        double cleanAccuracy,
        double accuracy,
        int attacked,
        double success,
        double low,
        double high,
        Size linf,
        Size l2,
        Size l1,
        double queries,
        double gradients,
        long doubtful) {
    /** Median and largest of something; NaN if there is nothing. */
    record Size(double median, double max) {
        private static Size of(List<Norms> norms, ToDoubleFunction<Norms> size) {
            double[] sorted = norms.stream().mapToDouble(size).sorted().toArray();
            int n = sorted.length;
            return n == 0
                    ? new Size(Double.NaN, Double.NaN)
                    : new Size((sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[n - 1]);
        }
    }

    static AttackText of(String attack, AttackedData data) {
        int[] places = data.places();
        boolean any = IntStream.of(places).anyMatch(i -> data.success[i]);
        List<Norms> norms = IntStream.of(places)
                .filter(i -> data.success[i] || !any)
                .mapToObj(i -> data.norms[i])
                .toList();
        Proportion rate = data.rate();
        Interval interval = rate == null ? null : rate.interval();
        return new AttackText(
                attack,
                data.n(),
                data.accuracy(false).value(),
                data.accuracy(true).value(),
                places.length,
                rate == null ? Double.NaN : rate.value(),
                interval == null ? Double.NaN : interval.low(),
                interval == null ? Double.NaN : interval.high(),
                Size.of(norms, Norms::linf),
                Size.of(norms, Norms::l2),
                Size.of(norms, Norms::l1),
                Arrays.stream(places).map(i -> data.queries[i]).average().orElse(Double.NaN),
                Arrays.stream(places).map(i -> data.gradients[i]).average().orElse(Double.NaN),
                IntStream.of(places).filter(i -> data.doubtful[i]).count());
    }

    /** A row per attack. */
    static List<String> table(List<AttackText> all, @Nullable String wanted) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                wanted == null ? "attack" : "attack toward " + wanted,
                "success %",
                "of",
                "accuracy % before, after",
                "linf median, max",
                "l2 median, max",
                "l1 median, max",
                "queries",
                "gradients"));
        for (AttackText t : all) {
            rows.add(List.of(
                    t.attack,
                    t.attacked == 0
                            ? "none attacked"
                            : String.format(
                                    Locale.ROOT, "%.1f [%.1f, %.1f]", 100 * t.success, 100 * t.low, 100 * t.high),
                    Integer.toString(t.attacked),
                    String.format(Locale.ROOT, "%.1f, %.1f", 100 * t.cleanAccuracy, 100 * t.accuracy),
                    size(t.linf),
                    size(t.l2),
                    size(t.l1),
                    String.format(Locale.ROOT, "%.1f", t.queries),
                    String.format(Locale.ROOT, "%.1f", t.gradients)));
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < row.size(); c++) {
                int column = c;
                int width = rows.stream()
                        .mapToInt(r -> r.get(column).length())
                        .max()
                        .orElse(1);
                line.append(String.format(Locale.ROOT, "%-" + width + "s  ", row.get(c)));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static String size(Size s) {
        return String.format(Locale.ROOT, "%.4g, %.4g", s.median, s.max);
    }
}

package dev.qualm.evaluate;

import dev.qualm.detect.meta.MetaItems;
import dev.qualm.detect.meta.MetaRecipe;
import dev.qualm.metric.Auroc;
import dev.qualm.metric.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Judges learnt combinations of detectors by sets and attacks that they did not learn from.
 *
 * <p>For every set, a combination learns from right and wrong predictions of ordinary items and from all other sets; then it judges the set
 * left out. All items are cut in two by content, what was made of an item going with it: learnt from one half, judged on the other, and the
 * other way round. So no item, and nothing made of it, is on both sides. An optimistic twin learns from the set's own other half as well.
 *
 * @param recipe how combinations are learnt
 * @param parts scores that are combined; empty for all
 * @param wholeRole whether all sets of the role are left out together, so that, say, no attack at all was known
 */
public record LeaveOneOut(MetaRecipe recipe, List<String> parts, boolean wholeRole) {
    public LeaveOneOut {
        parts = List.copyOf(parts);
    }

    /** All scores, one set left out at a time. */
    public static LeaveOneOut of(MetaRecipe recipe) {
        return new LeaveOneOut(recipe, List.of(), false);
    }

    /**
     * Every set in turn; a set is passed over where a half has fewer than two items of a kind whose scores are all defined, or the other sets teach
     * nothing.
     *
     * @param baseline detector whose AUROC stands beside
     * @throws EvaluationException without labels of the ordinary items
     */
    public List<LeftOut> of(ScoredModel scored, String baseline) {
        if (scored.id().labels() == null) {
            throw new EvaluationException(
                    "A combination learns from right and wrong predictions: expected labelled ordinary"
                            + " items, but found none; give labels");
        }
        List<String> names = parts.isEmpty()
                ? scored.detectors().stream().map(DetectorCost::name).toList()
                : parts;
        int[] columns = names.stream().mapToInt(scored::index).toArray();
        int base = scored.index(baseline);
        List<LeftOut> out = new ArrayList<>();
        for (ScoredSet set : scored.sets()) {
            View view = set.role() == Role.COVARIATE_SHIFTED ? View.FAILURES : View.DETECTION;
            List<String> excluded = scored.sets().stream()
                    .filter(s -> s.name().equals(set.name()) || (wholeRole && s.role() == set.role()))
                    .map(ScoredSet::name)
                    .toList();
            LeftOut found = judged(scored, set, view, excluded, names, columns, base);
            if (found != null) {
                out.add(found);
            }
        }
        return out;
    }

    private @Nullable LeftOut judged(
            ScoredModel scored,
            ScoredSet set,
            View view,
            List<String> excluded,
            List<String> names,
            int[] columns,
            int base) {
        Sample.Sides sides = Sample.Sides.of(view, scored.id(), set);
        double honest = 0;
        double optimistic = 0;
        double baseline = 0;
        double variance = 0;
        int negatives = 0;
        int positives = 0;
        for (int half = 0; half < 2; half++) {
            int learn = half;
            MetaItems items = items(scored.id(), scored.id(), names, columns, learn);
            for (ScoredSet other : scored.sets()) {
                if (!excluded.contains(other.name())) {
                    items = items.and(items(scored.id(), other, names, columns, learn));
                }
            }
            int[] n = usable(scored.id(), sides.negativeSet(), sides.negatives(), columns, base, 1 - learn);
            int[] p = usable(scored.id(), sides.positiveSet(), sides.positives(), columns, base, 1 - learn);
            if (n.length < 2 || p.length < 2 || !items.teachable()) {
                return null;
            }
            MetaItems knowing = items.and(items(scored.id(), set, names, columns, learn));
            MetaRecipe.MetaScorer without = recipe.fitAll(items);
            MetaRecipe.MetaScorer with = recipe.fitAll(knowing);
            Auroc own = Auroc.of(
                    scores(without, sides.negativeSet(), n, columns), scores(without, sides.positiveSet(), p, columns));
            honest += own.value() / 2;
            variance += own.variance() / 4;
            optimistic += Auroc.of(
                                    scores(with, sides.negativeSet(), n, columns),
                                    scores(with, sides.positiveSet(), p, columns))
                            .value()
                    / 2;
            MetaRecipe.MetaScorer alone = row -> row[0];
            int[] only = {base};
            baseline +=
                    Auroc.of(scores(alone, sides.negativeSet(), n, only), scores(alone, sides.positiveSet(), p, only))
                                    .value()
                            / 2;
            negatives += n.length;
            positives += p.length;
        }
        // The halves' items are different ones: the variance of their mean is known, and the interval that of one
        // AUROC.
        Interval one = new Auroc(honest, negatives, positives, variance).interval();
        Interval interval = new Interval(one.low(), one.high(), one.level(), one.method() + ", mean of two halves");
        return new LeftOut(
                set.name(), set.role(), view, excluded, honest, interval, optimistic, baseline, negatives, positives);
    }

    /** Which half an item belongs to: by its content, or by that of the item it was made from. */
    private static int half(ScoredSet id, ScoredSet set, int item) {
        return (int) (content(id, set, item) & 1);
    }

    private static long content(ScoredSet id, ScoredSet set, int item) {
        int[] source = set.source();
        return source == null || source[item] < 0 ? set.contents()[item] : id.contents()[source[item]];
    }

    private static int[] usable(ScoredSet id, ScoredSet set, int[] items, int[] columns, int base, int half) {
        return IntStream.of(items)
                .filter(i -> half(id, set, i) == half)
                .filter(i -> Double.isFinite(set.values()[base][i])
                        && Arrays.stream(columns).allMatch(d -> Double.isFinite(set.values()[d][i])))
                .toArray();
    }

    private static double[] scores(MetaRecipe.MetaScorer scorer, ScoredSet set, int[] items, int[] columns) {
        return IntStream.of(items)
                .mapToDouble(i -> scorer.score(row(set, i, columns)))
                .toArray();
    }

    private static double[] row(ScoredSet set, int item, int[] columns) {
        return IntStream.of(columns).mapToDouble(d -> set.values()[d][item]).toArray();
    }

    /** What a set teaches: that unfamiliar and attacked items are to be distrusted, and, of others, wrong predictions. */
    private static MetaItems items(ScoredSet id, ScoredSet set, List<String> names, int[] columns, int half) {
        boolean byLabel = set.role() == Role.ID || set.role() == Role.COVARIATE_SHIFTED;
        int[] own = IntStream.range(0, set.size())
                .filter(i -> half(id, set, i) == half)
                .filter(i -> !byLabel || set.right(i) || set.wrong(i))
                .toArray();
        boolean[] distrust = new boolean[own.length];
        for (int i = 0; i < own.length; i++) {
            distrust[i] = !byLabel || set.wrong(own[i]);
        }
        return new MetaItems(
                names,
                IntStream.of(own).mapToObj(i -> row(set, i, columns)).toArray(double[][]::new),
                distrust,
                IntStream.of(own).mapToLong(i -> content(id, set, i)).toArray());
    }
}

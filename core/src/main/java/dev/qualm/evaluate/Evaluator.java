package dev.qualm.evaluate;

import dev.qualm.Provenance;
import dev.qualm.data.Dataset;
import dev.qualm.detect.Score;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.Scores;
import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.mutation.ItemSet;
import dev.qualm.network.onnx.ModelHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Scores all sets of an evaluation with one model: one forward pass for each item, whatever the number of detectors, which share all they
 * can. Items are read in parts and not kept; attacked ones are scored part by part as they are made.
 *
 * @param scorer the network, the detectors and how they are computed; the floor is among them
 * @param fitted contents of what was fitted, by name: none of them may be in a set
 */
public record Evaluator(Scorer scorer, Map<String, ItemSet> fitted) {
    /** The scores that every table shows, since they cost nothing. */
    public static final List<String> FLOOR = List.of("msp", "energy", "gen");

    public Evaluator {
        Set<String> there = scorer.scores().stream().map(Score::name).collect(Collectors.toSet());
        List<Score> all = new ArrayList<>();
        for (Score s : Scores.of(FLOOR)) {
            if (!there.contains(s.name())) {
                all.add(s);
            }
        }
        all.addAll(scorer.scores());
        scorer = new Scorer(scorer.network(), all, scorer.threads(), scorer.maps());
        fitted = Map.copyOf(fitted);
    }

    /** Of scores for which nothing was fitted. */
    public static Evaluator of(Scorer scorer) {
        return new Evaluator(scorer, Map.of());
    }

    /** Of fitted detectors beside a scorer's own scores; neither items of their fit nor of their calibration may be in a set. */
    public static Evaluator of(Scorer scorer, FittedDetectors detectors) {
        List<Score> scores = new ArrayList<>(scorer.scores());
        scores.addAll(detectors.scores());
        Evaluator evaluator = of(new Scorer(scorer.network(), scores, scorer.threads(), scorer.maps()))
                .withUnseen("the detectors", detectors.items());
        CalibrationItems calibration = detectors.calibration();
        return calibration == null
                ? evaluator
                : evaluator.withUnseen("the detectors' calibration", calibration.items());
    }

    /** The same, and nothing of these contents may be in a set. */
    public Evaluator withUnseen(String what, ItemSet items) {
        Map<String, ItemSet> more = new LinkedHashMap<>(fitted);
        more.put(what, items);
        return new Evaluator(scorer, more);
    }

    /**
     * Scores.
     *
     * @param name of the model, for tables
     * @param id ordinary items, with labels where wrong predictions or attacks are to be looked at
     * @throws EvaluationException if a set shares items with what was fitted or with the ordinary ones, or attacks lack labels
     */
    public ScoredModel score(String name, Dataset id, List<EvaluationSet> sets, EvaluationProgress progress) {
        require(id, sets);
        Contents ordinary = Contents.of(id);
        Map<EvaluationSet, Contents> contents = new LinkedHashMap<>();
        for (EvaluationSet set : sets) {
            if (set.data() != null) {
                contents.put(set, Contents.of(set.data()));
            }
        }
        List<String> warnings = new ArrayList<>(Leakage.check(fitted, ordinary, contents));
        int classes = classes(id, ordinary);
        List<TimedScore> timed = scorer.scores().stream().map(TimedScore::of).toList();
        Scorer run = new Scorer(
                scorer.network(), timed.stream().map(TimedScore::score).toList(), scorer.threads(), scorer.maps());
        Costs costs = new Costs(timed);
        ScoredSet scoredId = scored("ordinary items", Role.ID, run, id, ordinary, null, costs, progress);
        List<ScoredSet> out = new ArrayList<>();
        for (EvaluationSet set : sets) {
            Dataset data = set.data();
            if (data != null) {
                int[] source = set.fromId() ? scoredSource(ordinary, Objects.requireNonNull(contents.get(set))) : null;
                out.add(scored(
                        set.name(),
                        set.role(),
                        run,
                        data,
                        Objects.requireNonNull(contents.get(set)),
                        source,
                        costs,
                        progress));
            } else {
                ScoredSet attacked = new AttackedItems(run, costs, id, ordinary, scoredId).of(set, progress);
                out.add(attacked);
                AttackOutcome outcome = Objects.requireNonNull(attacked.attack());
                if (outcome.doubtful() > 0) {
                    warnings.add("Attack " + set.name() + " met a zero or non-finite gradient on " + outcome.doubtful()
                            + " of " + outcome.attacked() + " items: it may look weaker than it is");
                }
            }
        }
        for (ScoredSet s : out) {
            if (s.unreadable() > 0) {
                warnings.add(s.unreadable() + " items of '" + s.name() + "' cannot be read and are left out");
            }
        }
        Map<String, String> refusals = scorer.refusals(classes);
        ScoredModel all = new ScoredModel(
                name,
                ModelHash.of(scorer.network().graph()),
                costs.of(classes),
                scoredId,
                out,
                refusals,
                warnings,
                provenance(id, sets));
        return refusals.isEmpty() ? all : without(all, refusals.keySet());
    }

    private int classes(Dataset id, Contents ordinary) {
        if (ordinary.readable().length == 0) {
            throw new EvaluationException("Expected ordinary items, but not one of " + id + " can be read");
        }
        int classes = scorer.network()
                .logits(id.read(ordinary.readable()[0]).inputs())
                .dim(1);
        if (classes < 2) {
            throw new EvaluationException("Expected a network that compares two or more classes, but '"
                    + scorer.network().structure().logits()
                    + "' holds one number per item, whose softmax is 1 whatever it is; choose another output");
        }
        return classes;
    }

    private static void require(Dataset id, List<EvaluationSet> sets) {
        for (EvaluationSet set : sets) {
            if (set.role() == Role.ADVERSARIAL && !id.labelled()) {
                throw new EvaluationException(
                        "Attack " + set.name() + " needs labelled ordinary items, since only items"
                                + " that are predicted rightly are attacked; give labels, or leave the attack out");
            }
            Dataset data = set.data();
            if (set.fromId() && data != null && data.size() != id.size()) {
                throw new EvaluationException("Set " + set.name() + ": expected one item for each of the " + id.size()
                        + " ordinary ones it is made from, but found " + data.size());
            }
        }
    }

    private Provenance provenance(Dataset id, List<EvaluationSet> sets) {
        Provenance made = Provenance.of("evaluation")
                .with("network", scorer.network())
                .with("model", "sha256:" + ModelHash.of(scorer.network().graph()))
                .with("ordinary items", id)
                .with("threads", scorer.threads());
        for (EvaluationSet set : sets) {
            made = made.with(set.role().text() + " " + set.name(), set.origin());
        }
        for (Map.Entry<String, ItemSet> f : fitted.entrySet()) {
            made = made.with("unseen by " + f.getKey(), f.getValue());
        }
        return made;
    }

    /** Numbers of items among the readable ordinary ones; items of which either side cannot be read have none. */
    private static int[] scoredSource(Contents ordinary, Contents made) {
        int[] source = new int[made.readable().length];
        for (int i = 0; i < source.length; i++) {
            source[i] = Math.max(-1, Arrays.binarySearch(ordinary.readable(), made.readable()[i]));
        }
        return source;
    }

    private static ScoredSet scored(
            String name,
            Role role,
            Scorer run,
            Dataset data,
            Contents contents,
            int @Nullable [] source,
            Costs costs,
            EvaluationProgress progress) {
        int[] kept = contents.readable();
        if (kept.length == 0) {
            throw new EvaluationException("Expected items in '" + name + "', but not one of " + data + " can be read");
        }
        Dataset readable = kept.length == data.size() ? data : data.select(kept);
        ScoreTable table = run.score(readable, done -> progress.at(name, done, readable.size()));
        costs.add(table);
        return new ScoredSet(
                name,
                role,
                table.predictions(),
                readable.labelled() ? readable.labels() : null,
                table.values(),
                Arrays.stream(kept).mapToLong(i -> contents.each()[i]).toArray(),
                source,
                data.size() - kept.length,
                null,
                data.toString());
    }

    private static ScoredModel without(ScoredModel all, Set<String> refused) {
        int[] kept = IntStream.range(0, all.detectors().size())
                .filter(d -> !refused.contains(all.detectors().get(d).name()))
                .toArray();
        return new ScoredModel(
                all.name(),
                all.hash(),
                IntStream.of(kept).mapToObj(all.detectors()::get).toList(),
                select(all.id(), kept),
                all.sets().stream().map(s -> select(s, kept)).toList(),
                all.refusals(),
                all.warnings(),
                all.provenance());
    }

    private static ScoredSet select(ScoredSet s, int[] kept) {
        double[][] values = IntStream.of(kept).mapToObj(d -> s.values()[d]).toArray(double[][]::new);
        return new ScoredSet(
                s.name(),
                s.role(),
                s.predictions(),
                s.labels(),
                values,
                s.contents(),
                s.source(),
                s.unreadable(),
                s.attack(),
                s.origin());
    }
}

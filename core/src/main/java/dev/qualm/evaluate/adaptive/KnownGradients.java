package dev.qualm.evaluate.adaptive;

import dev.qualm.detect.CosineMapScore;
import dev.qualm.detect.LcrScore;
import dev.qualm.detect.Score;
import dev.qualm.detect.Scores;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.fitted.FittedMutants;
import dev.qualm.detect.fitted.Judge;
import dev.qualm.mutation.Mutant;
import dev.qualm.mutation.MutationException;
import dev.qualm.mutation.Mutations;
import dev.qualm.mutation.Mutator;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which gradients belong to which kind of score; the estimate serves all others. To add a kind, list it here or in the
 * settings.
 */
final class KnownGradients {
    private static final List<ScoreGradients.Provider> OWN = List.of(
            KnownGradients::ofRows,
            KnownGradients::ofOdin,
            KnownGradients::ofSqueezing,
            KnownGradients::ofProbes,
            KnownGradients::ofCosineMaps,
            KnownGradients::ofMutants);

    private KnownGradients() {}

    static ScoreGradients find(Ladder ladder) {
        List<ScoreGradients.Provider> all =
                new ArrayList<>(ladder.settings().knowledge().providers());
        all.addAll(OWN);
        for (ScoreGradients.Provider provider : all) {
            ScoreGradients found = provider.find(ladder);
            if (found != null) {
                return found;
            }
        }
        return ScoreGradients.unknown(new EstimatedGradient(ladder));
    }

    private static @Nullable ScoreGradients ofRows(Ladder ladder) {
        RowScore rows = RowScore.of(ladder.defence().score());
        return rows == null
                ? null
                : ScoreGradients.exact(new RowGradient(
                        ladder.defence().network(), rows, ladder.settings().seed()));
    }

    private static @Nullable ScoreGradients ofOdin(Ladder ladder) {
        DetectorScore score = fitted(ladder, "odin");
        return score != null && score.judge() instanceof Judge.OfInput judge
                ? ScoreGradients.exact(new OdinGradient(ladder.defence(), judge, number(score, "T")))
                : null;
    }

    private static @Nullable ScoreGradients ofSqueezing(Ladder ladder) {
        DetectorScore score = fitted(ladder, "squeeze");
        if (score == null || !(score.judge() instanceof Judge.OfInput judge)) {
            return null;
        }
        int squeezers = (number(score, "bits") > 0 ? 1 : 0) + (number(score, "median") > 1 ? 1 : 0);
        return ScoreGradients.withSurrogate(
                new EstimatedGradient(ladder), new SqueezeGradient(ladder.defence(), judge, squeezers));
    }

    private static @Nullable ScoreGradients ofProbes(Ladder ladder) {
        DetectorScore score = fitted(ladder, "lsa");
        if (score == null || !(score.judge() instanceof Judge.OfInput judge)) {
            return null;
        }
        int draws = ladder.settings().estimates().draws();
        Map<String, String> other =
                new LinkedHashMap<>(score.detector().settings().values());
        other.put("probes", String.valueOf(draws));
        other.put("seed", String.valueOf(otherSeed(ladder, (int) number(score, "seed"))));
        Judge own = Detectors.of("lsa", other).judge(score.site(), score.learnt());
        if (!(own instanceof Judge.OfInput drawn)) {
            return null;
        }
        return new ScoreGradients(
                new ProbeGradient(
                        ladder.defence(),
                        judge,
                        (int) number(score, "probes"),
                        "both runs of each layer, the score's noise"),
                new ProbeGradient(
                        ladder.defence(), drawn, draws, "both runs of each layer, " + draws + " draws of other noise"),
                "",
                null,
                "no step of it lacks a derivative");
    }

    private static @Nullable ScoreGradients ofCosineMaps(Ladder ladder) {
        CosineMapScore score = cosineMap(ladder);
        return score == null
                ? null
                : ScoreGradients.withSurrogate(
                        new EstimatedGradient(ladder),
                        new CosineMapGradient(ladder.defence().network(), score));
    }

    /** The plain score of all rescaled logits that the fitted one stands for; maps of some classes are estimated. */
    private static @Nullable CosineMapScore cosineMap(Ladder ladder) {
        if (ladder.defence().score() instanceof CosineMapScore plain) {
            return plain;
        }
        DetectorScore score = fitted(ladder, "gga");
        Map<String, String> settings =
                score == null ? Map.of() : score.detector().settings().values();
        if (score == null || number(score, "top") > 0 || !"on".equals(settings.get("rescale"))) {
            return null;
        }
        String name = "gga-" + settings.get("statistic");
        return Scores.all().stream()
                .filter(s -> s.name().equals(name))
                .map(CosineMapScore.class::cast)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable ScoreGradients ofMutants(Ladder ladder) {
        Network network = ladder.defence().network();
        if (ladder.defence().score() instanceof LcrScore score) {
            return ofMutants(
                    ladder, score.rate().mutants(), name -> Mutations.of(name).on(network));
        }
        DetectorScore fitted = fitted(ladder, "lcr");
        FittedMutants own = fitted == null ? null : fitted.mutants(network);
        return own == null ? null : ofMutants(ladder, own.mutants(), name -> own.mutator());
    }

    /** @param mutators of operators, by name */
    private static ScoreGradients ofMutants(Ladder ladder, List<Mutant> own, Function<String, Mutator> mutators) {
        Network network = ladder.defence().network();
        ScoreGradient soft =
                new MutantGradient(network, own, "soft label changes under the score's " + own.size() + " mutants");
        ScoreGradient expected = null;
        String note = "";
        try {
            List<Mutant> other = drawn(
                    own,
                    mutators,
                    ladder.settings().estimates().draws(),
                    ladder.settings().seed());
            expected = new MutantGradient(
                    network, other, "soft label changes under " + other.size() + " mutants of the attacker's seed");
        } catch (MutationException e) {
            note = "the score's mutations cannot be drawn anew with their default units: " + e.getMessage();
        }
        return new ScoreGradients(new EstimatedGradient(ladder), expected, note, soft, "");
    }

    /* By the operators of the pool in turn; nobody accepted them, so they may be worse classifiers than the pool's. */
    private static List<Mutant> drawn(List<Mutant> pool, Function<String, Mutator> mutators, int count, long seed) {
        List<String> operators = pool.stream().map(Mutant::operator).distinct().toList();
        Map<String, Mutator> made = new HashMap<>();
        List<Mutant> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Mutator mutator = made.computeIfAbsent(operators.get(i % operators.size()), mutators);
            out.add(mutator.draw(Ground.mixed(seed + 1), i));
        }
        return out;
    }

    static int otherSeed(Ladder ladder, int seed) {
        int other = (int) (Ground.mixed(ladder.settings().seed()) & 0x3fffffff);
        return other == seed ? other + 1 : other;
    }

    private static @Nullable DetectorScore fitted(Ladder ladder, String name) {
        Score score = ladder.defence().score();
        return score instanceof DetectorScore d && d.detector().about().name().equals(name) ? d : null;
    }

    private static double number(DetectorScore score, String setting) {
        return Double.parseDouble(score.detector().settings().values().getOrDefault(setting, "NaN"));
    }
}

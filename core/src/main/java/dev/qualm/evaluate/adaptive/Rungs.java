package dev.qualm.evaluate.adaptive;

import dev.qualm.attack.Ball;
import dev.qualm.detect.Energy;
import dev.qualm.detect.Gen;
import dev.qualm.detect.Margin;
import dev.qualm.detect.Score;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rungs of a ladder, in order. */
final class Rungs {
    /** Rungs that know everything and follow the score's own gradient. */
    static final List<String> WHITE_BOX = List.of("joint", "selective", "orthogonal");

    static final String QUERY = "verdict-query";
    static final String NOISE = "noise";
    /** How many cheap scores stand for the detector where no surrogate is given. */
    private static final int SURROGATES = 2;

    private Rungs() {}

    /** An attack on a micro-batch. */
    @FunctionalInterface
    interface Attempt {
        Finds on(Ground ground);
    }

    /**
     * A rung.
     *
     * @param note what it does here, or why it does not apply
     * @param attempt null if it does not apply
     */
    record Rung(String name, String note, @Nullable Attempt attempt) {}

    /**
     * @param classes how many the network has
     * @param donors inputs to start the walk along the boundary from
     */
    static List<Rung> of(Ladder ladder, ScoreGradients gradients, int classes, Donors donors) {
        LadderSettings s = ladder.settings();
        ScoreGradient direct = gradients.direct();
        List<Rung> all = new ArrayList<>();
        all.add(new Rung(NOISE, s.search().noise() + " random points of the ball", Noise::on));
        all.add(new Rung("oblivious", "pgd and apgd-dlr on the classifier alone", Oblivious::on));
        List<Surrogate> surrogates = surrogates(ladder, classes);
        all.add(new Rung(
                "transfer",
                surrogates.isEmpty()
                        ? "no other network or score was given, and no cheap score suits the network"
                        : "orthogonal descent against "
                                + surrogates.stream().map(Rungs::text).toList(),
                surrogates.isEmpty() ? null : new Transfer(ladder, surrogates)::on));
        all.add(new Rung(
                "joint",
                s.search().lambdas() + " lambdas; " + direct.method(),
                g -> Walk.of(g, direct).joint(s.search().lambdas())));
        all.add(new Rung(
                "selective",
                s.search().restarts() + " starts; " + direct.method(),
                g -> Walk.of(g, direct).run(Walk.Rule.SELECTIVE, s.search().restarts())));
        all.add(new Rung(
                "orthogonal",
                s.search().restarts() + " starts; " + direct.method(),
                g -> Walk.of(g, direct).run(Walk.Rule.ORTHOGONAL, s.search().restarts())));
        String refusal = VerdictQuery.refusal(ladder);
        all.add(new Rung(
                QUERY,
                refusal == null
                        ? s.queries().most() + " verdicts, starts from " + donors.size() + " other items"
                        : refusal,
                refusal == null ? new VerdictQuery(donors)::on : null));
        all.add(known("eot", gradients.expected(), gradients.expectedNote()));
        all.add(known("bpda", gradients.surrogate(), gradients.surrogateNote()));
        return all;
    }

    /** Both descents on another gradient. */
    private static Rung known(String name, @Nullable ScoreGradient slope, String reason) {
        return slope == null
                ? new Rung(name, reason, null)
                : new Rung(name, slope.method(), g -> {
                    Finds finds = Walk.of(g, slope)
                            .run(Walk.Rule.ORTHOGONAL, g.settings().search().restarts());
                    finds.merge(Walk.of(g, slope).joint(g.settings().search().lambdas()));
                    return finds;
                });
    }

    private static List<Surrogate> surrogates(Ladder ladder, int classes) {
        if (!ladder.settings().knowledge().surrogates().isEmpty()) {
            return ladder.settings().knowledge().surrogates();
        }
        Network network = ladder.defence().network();
        String own = ladder.defence().score().name();
        List<Surrogate> out = new ArrayList<>();
        for (Score cheap : List.of(Energy.score(), Margin.score(), Gen.score())) {
            if (out.size() < SURROGATES && !cheap.name().equals(own) && cheap.refusal(network, classes) == null) {
                out.add(new Surrogate(network, cheap));
            }
        }
        return out;
    }

    private static String text(Surrogate surrogate) {
        return surrogate.score().name();
    }

    /** Whether the walk along a boundary can be used with a ball. */
    static boolean walks(Ball ball) {
        return ball != Ball.L1;
    }
}

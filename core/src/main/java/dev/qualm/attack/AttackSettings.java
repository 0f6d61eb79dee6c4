package dev.qualm.attack;

import dev.qualm.QualmException;
import org.jspecify.annotations.Nullable;

/**
 * Settings of attacks that are made by name; null leaves the default of {@link Attacks}.
 *
 * @param steps of PGD, APGD and the APGD in autoattack; PGD takes steps of {@code 4 epsilon / steps}, but at most epsilon, so that 40 are its
 *     default
 * @param restarts random starts of PGD and APGD, later ones for the inputs that resisted
 * @param queries of the square attack, alone and in autoattack
 * @param seed of random draws
 */
public record AttackSettings(
        @Nullable Integer steps,
        @Nullable Integer restarts,
        @Nullable Integer queries,
        long seed) {
    public AttackSettings {
        if ((steps != null && steps < 1) || (restarts != null && restarts < 1) || (queries != null && queries < 1)) {
            throw new QualmException("Expected at least one step, start and query, but found " + steps + ", " + restarts
                    + " and " + queries);
        }
    }

    /** All defaults. */
    public static AttackSettings of(long seed) {
        return new AttackSettings(null, null, null, seed);
    }

    /**
     * The attack of that name.
     *
     * @param ball null for the attack's first
     * @param epsilon in the unit of the box; null as in {@link Attacks#of}
     */
    public Attack attack(String name, @Nullable Ball ball, @Nullable Double epsilon, Box box) {
        Attack attack = Attacks.of(name, ball, epsilon, box, seed);
        if (attack instanceof Pgd pgd && name.equals("pgd")) {
            return pgd(pgd);
        }
        if (attack instanceof Apgd apgd) {
            return apgd.withSteps(steps == null ? apgd.steps() : steps)
                    .withRestarts(restarts == null ? apgd.restarts() : restarts);
        }
        if (attack instanceof Square square && queries != null) {
            return square.withQueries(queries);
        }
        if (attack instanceof Ensemble e) {
            return new Ensemble(
                    e.limit(), steps == null ? e.steps() : steps, queries == null ? e.queries() : queries, box, seed);
        }
        return attack;
    }

    /**
     * An attack written as {@link Attacks#parse} takes it.
     *
     * @throws QualmException if it is none
     */
    public Attack parse(String text, Box box) {
        String[] parts = text.split(":", -1);
        if (parts.length > 3) {
            throw new QualmException("Expected an attack as name:epsilon:norm, but found '" + text + "'");
        }
        Attacks.entry(parts[0]);
        Double epsilon =
                parts.length > 1 ? new Budget(Ball.LINF, Strength.parse("epsilon", parts[1], text)).epsilon() : null;
        Ball ball = parts.length > 2 ? Ball.parse(parts[2]) : null;
        return attack(parts[0], ball, epsilon, box);
    }

    private Attack pgd(Pgd pgd) {
        int starts = restarts == null ? pgd.restarts() : restarts;
        double epsilon = pgd.epsilon();
        Pgd stepped =
                steps == null ? pgd : Pgd.of(pgd.ball(), epsilon, epsilon * Math.min(1, 4.0 / steps), steps, pgd.box());
        return stepped.withRestarts(starts, seed);
    }
}

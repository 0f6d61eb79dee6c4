package dev.qualm.evaluate;

import dev.qualm.attack.Attack;
import dev.qualm.data.Dataset;
import org.jspecify.annotations.Nullable;

/**
 * Items that are put beside the ordinary ones. Wrong predictions of ordinary items are a set by themselves and need not be named.
 *
 * @param name for tables, unique in an evaluation
 * @param role what the items are
 * @param data the items as the network takes them; null for attacks, which make theirs
 * @param attack makes the items from ordinary ones that are predicted rightly; null for all others
 * @param fromId whether item i is made from ordinary item i, so that the two are not independent and intervals have to know
 */
public record EvaluationSet(
        String name,
        Role role,
        @Nullable Dataset data,
        @Nullable Attack attack,
        boolean fromId) {
    public EvaluationSet {
        boolean attacked = role == Role.ADVERSARIAL;
        if (name.isBlank()
                || role == Role.ID
                || role == Role.MISCLASSIFIED
                || attacked == (attack == null)
                || attacked == (data != null)) {
            throw new EvaluationException(
                    "Expected a name, and data that are near, far or shifted, or an attack, but found '"
                            + name + "' with role " + role.text() + ", data " + data + " and attack " + attack
                            + "; ordinary and wrongly predicted items come from the ordinary ones");
        }
    }

    /** Unfamiliar items that look like ordinary ones. */
    public static EvaluationSet near(String name, Dataset data) {
        return new EvaluationSet(name, Role.NEAR, data, null, false);
    }

    /** Unfamiliar items of another kind. */
    public static EvaluationSet far(String name, Dataset data) {
        return new EvaluationSet(name, Role.FAR, data, null, false);
    }

    /** Other items of known classes under other conditions; labels, where there are some, show which predictions fail. */
    public static EvaluationSet shifted(String name, Dataset data) {
        return new EvaluationSet(name, Role.COVARIATE_SHIFTED, data, null, false);
    }

    /**
     * The ordinary items themselves under other conditions.
     *
     * @param data as many items as there are ordinary ones, in their order
     */
    public static EvaluationSet shiftedId(String name, Dataset data) {
        return new EvaluationSet(name, Role.COVARIATE_SHIFTED, data, null, true);
    }

    /** What an attack makes of the ordinary items that are predicted rightly. */
    public static EvaluationSet adversarial(String name, Attack attack) {
        return new EvaluationSet(name, Role.ADVERSARIAL, null, attack, true);
    }

    /** Where the items come from, for reports. */
    public String origin() {
        return attack != null ? attack.summary() : String.valueOf(data);
    }
}

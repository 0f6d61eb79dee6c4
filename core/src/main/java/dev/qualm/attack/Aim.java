package dev.qualm.attack;

/**
 * What an attack wants of each input.
 *
 * @param classes the classes to leave, or to reach
 * @param targeted whether they are to be reached
 */
record Aim(int[] classes, boolean targeted) {
    static Aim away(int[] labels) {
        return new Aim(labels, false);
    }

    static Aim toward(int[] targets) {
        return new Aim(targets, true);
    }

    boolean reached(int i, int answer) {
        return (answer == classes[i]) == targeted;
    }
}

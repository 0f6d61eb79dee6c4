package dev.qualm.attack;

/** A function of the logits of each input that an attack raises. */
interface Objective {
    /** Its value for row r of the logits, which is row i of the trail. */
    double value(Logits z, int r, int i);

    /** Adds its derivative by the logits of that row. */
    void add(Logits z, double[] cotangent, int r, int i);
}

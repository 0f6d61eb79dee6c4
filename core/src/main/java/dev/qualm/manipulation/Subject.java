package dev.qualm.manipulation;

import dev.qualm.Status;

/** One image as the attack finds it: its map, output and class at the network that the attack is aimed at. */
record Subject(int row, double[] original, int explained, MapGoal goal, double[] logits, Status status) {
    int predicted() {
        return Vectors.argmax(logits);
    }
}

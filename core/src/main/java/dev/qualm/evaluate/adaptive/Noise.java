package dev.qualm.evaluate.adaptive;

import java.util.Random;

/** Random points of the ball: what an attack has to beat. */
final class Noise {
    private static final long SALT = 1000;

    private Noise() {}

    static Finds on(Ground ground) {
        Finds finds = new Finds(ground);
        double[] x = ground.original.clone();
        Random[] draws = new Random[ground.n];
        for (int i = 0; i < ground.n; i++) {
            draws[i] = ground.random(i, SALT);
        }
        for (int k = 0; k < ground.settings().search().noise(); k++) {
            for (int i = 0; i < ground.n; i++) {
                ground.scatter(x, i, draws[i]);
            }
            Points.offer(ground, finds, x);
        }
        return finds;
    }
}

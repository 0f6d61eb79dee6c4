package dev.qualm.metric;

import java.util.function.DoublePredicate;

/** Bisection down to neighbouring doubles. */
final class Roots {
    private Roots() {}

    /**
     * The place in [yes, no] where {@code holds} turns from true to false; it is taken as true at {@code yes} and false
     * at {@code no} without asking. The ends may come in either order.
     */
    static double bisect(DoublePredicate holds, double yes, double no) {
        double a = yes;
        double b = no;
        while (true) {
            double mid = a + (b - a) / 2;
            if (mid == a || mid == b) {
                return a;
            }
            if (holds.test(mid)) {
                a = mid;
            } else {
                b = mid;
            }
        }
    }
}

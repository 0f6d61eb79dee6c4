package dev.qualm.cli;

import dev.qualm.detect.Plan;
import java.io.PrintWriter;

/** A plan of scoring, for people. */
final class PlanText {
    private PlanText() {}

    static void print(Plan plan, PrintWriter out) {
        plan.lines().forEach(line -> out.print(line + "\n"));
        out.flush();
    }
}

package dev.qualm.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Prints a Markdown table of the times of Qualm as ratios to those of others who do the same work.
 *
 * @param rows pattern that the names of the rows to run must contain
 * @param seconds to spend on each row
 */
record RatioTable(Pattern rows, double seconds) {
    /** Prints the head. Arguments: the pattern, all rows if left out; the seconds, 8 if left out. */
    static RatioTable begin(String[] args) {
        System.out.println("| row | ms | against | ms | ratio | best | bar | |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        return new RatioTable(
                Pattern.compile(args.length == 0 ? "" : args[0]), args.length > 1 ? Double.parseDouble(args[1]) : 8);
    }

    /** Contenders on the wall clock, to be given to {@link #row}. */
    Contest contest() {
        return new Contest(System::nanoTime, seconds);
    }

    /** Runs a contest in which one contender is called Qualm; the ratio to the fastest other is bold. */
    void row(String name, double bar, Contest contest) {
        if (!rows.matcher(name).find()) {
            return;
        }
        contest.run();
        List<String> others =
                contest.names().stream().filter(c -> !c.equals("Qualm")).toList();
        double fastest = others.stream().mapToDouble(contest::millis).min().orElseThrow();
        for (String other : others) {
            double ratio = contest.ratio("Qualm", other, 0.5);
            boolean counts = contest.millis(other) == fastest;
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.1f | %s | %.1f | %s [%.2f, %.2f] of %d | %.2f | %s |%n",
                    name,
                    contest.millis("Qualm"),
                    other,
                    contest.millis(other),
                    String.format(Locale.ROOT, counts ? "**%.2f**" : "%.2f", ratio),
                    contest.ratio("Qualm", other, 0.25),
                    contest.ratio("Qualm", other, 0.75),
                    contest.rounds(),
                    contest.best("Qualm") / contest.best(other),
                    Double.isNaN(bar) ? "| " : "<= " + bar + " | " + (ratio <= bar ? "met" : "MISSED"));
        }
    }
}

package dev.qualm.cli;

import dev.qualm.attack.AttackSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What may be said about attacks made by name. */
final class AttackSettingsOptions {
    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps of pgd and apgd. Default: 40 and 100. Steps of pgd are 4 epsilon / N long.")
    private @Nullable Integer steps;

    @Option(
            names = "--restarts",
            paramLabel = "N",
            description = "Random starts of pgd and apgd, further ones for inputs that resisted. Default: 1.")
    private @Nullable Integer restarts;

    @Option(names = "--queries", paramLabel = "N", description = "Queries of square. Default: 5000.")
    private @Nullable Integer queries;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of random draws. Default: ${DEFAULT-VALUE}.")
    private long seed;

    AttackSettings settings() {
        return new AttackSettings(steps, restarts, queries, seed);
    }
}

package dev.qualm.cli;

import picocli.CommandLine.Option;

/** The help option of a subcommand; the version is the whole command's. */
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean asked;
}

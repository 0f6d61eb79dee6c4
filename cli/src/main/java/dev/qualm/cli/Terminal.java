package dev.qualm.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be known about the terminal, if there is one. */
public final class Terminal {
    /** Width assumed for lines that must not wrap. */
    static final int COLUMNS = 100;

    private Terminal() {}

    /**
     * Whether somebody watches standard error. Java cannot tell (its console stands for input and output together), so
     * the start script says it in the property {@code qualm.terminal}; without the script Linux's file of open streams
     * does.
     */
    static boolean isStandardError() {
        String told = System.getProperty("qualm.terminal");
        if (told != null) {
            return told.equals("true");
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}

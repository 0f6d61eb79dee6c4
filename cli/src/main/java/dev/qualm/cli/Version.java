package dev.qualm.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code qualm --version} prints: the version in the jar's manifest, and the Java that runs it. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        // Classes run straight from a build folder have no manifest.
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "qualm " + (version == null ? "(unpackaged)" : version),
            "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
        };
    }
}

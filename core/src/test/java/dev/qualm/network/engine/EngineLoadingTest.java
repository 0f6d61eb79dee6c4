package dev.qualm.network.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading the native engine in fresh JVMs, under the conditions that crash a naive start. */
class EngineLoadingTest {
    private static final Path SYSTEM_LIBTORCH = Path.of("/usr/lib/x86_64-linux-gnu/libtorch_cpu.so");

    @TempDir
    Path temp;

    /** JavaCPP links libraries it finds elsewhere into its cache; JUnit warns about each such link it has to delete. */
    @AfterEach
    void removeLinks() throws IOException {
        try (Stream<Path> files = Files.walk(temp)) {
            for (Path p : files.filter(Files::isSymbolicLink).toList()) {
                Files.delete(p);
            }
        }
    }

    @Test
    void load_emptyCacheTwoProcessesAtOnce_bothWork() throws Exception {
        Path cache = Files.createDirectory(temp.resolve("cache"));
        Process first = start(cache, Map.of(), List.of());
        Process second = start(cache, Map.of(), List.of());
        assertThat(output(first)).contains("sum 42.0");
        assertThat(output(second)).contains("sum 42.0");
    }

    @Test
    void load_foreignLibtorchOnLibraryPath_ownCopyIsUsed() throws Exception {
        // A foreign libtorch under the names the dynamic linker would look for; a broken file is the worst case of
        // "foreign".
        Path foreign = Files.createDirectory(temp.resolve("foreign"));
        for (String name : List.of("libc10.so", "libtorch_cpu.so", "libtorch.so")) {
            Files.write(foreign.resolve(name), new byte[] {0x7f, 'E', 'L', 'F', 0, 0, 0, 0});
        }
        assertThat(output(start(null, Map.of("LD_LIBRARY_PATH", foreign.toString()), List.of())))
                .contains("sum 42.0");
    }

    @Test
    void load_systemLibtorchOnLibraryPathAndColdCache_ownCopyIsUsed() throws Exception {
        Assumptions.assumeTrue(
                Files.exists(SYSTEM_LIBTORCH), "needs the Debian package libtorch1.13 (comes with python3-torch)");
        Path cache = Files.createDirectory(temp.resolve("cache"));
        String folder = String.valueOf(SYSTEM_LIBTORCH.getParent());
        assertThat(output(start(cache, Map.of("LD_LIBRARY_PATH", folder), List.of())))
                .contains("sum 42.0");
    }

    @Test
    void load_nothingWritable_errorNamesTheSetting() throws Exception {
        // A regular file where folders would have to be made cannot be written into by anybody, root included.
        Path file = Files.createFile(temp.resolve("occupied"));
        String answer = output(
                start(file.resolve("cache"), Map.of(), List.of("-Duser.home=" + file, "-Djava.io.tmpdir=" + file)));
        assertThat(answer).contains("refused:").contains("org.bytedeco.javacpp.cachedir");
    }

    @Test
    void load_unwritableHome_stillWorks() throws Exception {
        Path file = Files.createFile(temp.resolve("home"));
        Path tmp = Files.createDirectory(temp.resolve("tmp"));
        String answer = output(start(null, Map.of(), List.of("-Duser.home=" + file, "-Djava.io.tmpdir=" + tmp)));
        assertThat(answer).contains("sum 42.0");
    }

    @Test
    void load_platformWithoutLibtorch_errorNamesTheFourPlatforms() throws Exception {
        String answer = output(start(null, Map.of(), List.of("-Dorg.bytedeco.javacpp.platform=linux-riscv64")));
        assertThat(answer).contains("refused:").contains("linux-x86_64").contains("windows-x86_64");
    }

    private static Process start(@Nullable Path cache, Map<String, String> environment, List<String> options)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (cache != null) {
            command.add("-Dorg.bytedeco.javacpp.cachedir=" + cache);
        }
        command.addAll(options);
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .collect(Collectors.joining(java.io.File.pathSeparator));
        command.addAll(List.of("-cp", classPath, EngineProbe.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static String output(Process process) throws Exception {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }
}

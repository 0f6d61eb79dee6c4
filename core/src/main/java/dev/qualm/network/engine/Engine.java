package dev.qualm.network.engine;

import dev.qualm.EngineException;
import java.io.File;
import java.io.IOException;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch, once per JVM, in an order that cannot pick up a foreign copy.
 *
 * <p>The native libraries are unpacked to JavaCPP's cache on first use (about 450 MB, in {@code ~/.javacpp/cache} or where the
 * system property {@code org.bytedeco.javacpp.cachedir} points).
 */
/*
 * JavaCPP opens libtorch.so before it has unpacked libtorch_cpu.so. Where the dynamic linker can find another libtorch_cpu.so
 * (a distribution package, LD_LIBRARY_PATH) it maps that one with its own libc10, and the second copy dies in its static
 * initialisers: SIGSEGV, not an exception. So every library is unpacked and loaded by absolute path here, in dependency order,
 * before any torch class is touched: once a SONAME is loaded, later NEEDED entries resolve to it.
 *
 * OpenBLAS brings a thread pool of its own that fights libgomp's (up to 160 times slower at batch 1), so it gets one thread.
 * Parallelism comes from Java threads over micro-batches, so the intra-op default is one thread too.
 */
public final class Engine {
    private static final List<String> LINUX = List.of("libgomp.so.1", "libc10.so", "libtorch_cpu.so", "libtorch.so");
    private static final List<String> MAC =
            List.of("libomp.dylib", "libc10.dylib", "libtorch_cpu.dylib", "libtorch.dylib");
    private static final List<String> WINDOWS =
            List.of("asmjit.dll", "fbgemm.dll", "libiomp5md.dll", "uv.dll", "c10.dll", "torch_cpu.dll", "torch.dll");

    private static volatile boolean ready;

    private Engine() {}

    /** Makes the engine usable; returns at once after the first time. Thread-safe. */
    public static void load() {
        if (!ready) {
            loadOnce();
        }
    }

    private static synchronized void loadOnce() {
        if (ready) {
            return;
        }
        // Reading the process size at every allocation doubles the price of a native call; a user's own setting wins.
        for (String limit : List.of("org.bytedeco.javacpp.maxphysicalbytes", "org.bytedeco.javacpp.maxbytes")) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, "0");
            }
        }
        String platform = Loader.getPlatform();
        String folder = "/org/bytedeco/pytorch/" + platform + "/";
        List<String> libraries = libraries(platform);
        for (String library : libraries) {
            if (required(library) && Engine.class.getResource(folder + library) == null) {
                throw new EngineException("libtorch for " + platform + " is not on the class path (" + library
                        + " is missing). Add org.bytedeco:pytorch and org.bytedeco:openblas with classifier '"
                        + platform
                        + "'; published ones are linux-x86_64, macosx-arm64, macosx-x86_64 and windows-x86_64.");
            }
        }
        try {
            Loader.load(org.bytedeco.openblas.global.openblas.class);
            for (String library : libraries) {
                File file = Loader.cacheResource(Engine.class, folder + library);
                if (file != null) {
                    System.load(file.getPath());
                }
            }
            Loader.load(torch.class);
            org.bytedeco.openblas.global.openblas.blas_set_num_threads(1);
            torch.set_num_threads(1);
            keepFreedMemory();
        } catch (IOException | UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw new EngineException(
                    "libtorch could not be loaded on " + platform + ": " + firstLine(e)
                            + ". It is unpacked to a cache folder; if the home folder is not writable, set"
                            + " -Dorg.bytedeco.javacpp.cachedir=<writable folder with 500 MB free>.",
                    e);
        }
        ready = true;
    }

    /*
     * glibc gives a block of 128 KB and more back to the kernel when it is freed, so that every tensor would be paged in anew.
     * But it raises that limit to the size of such a block when one is freed, up to 32 MB, and keeps twice as much in stock.
     */
    private static void keepFreedMemory() {
        Pointer.free(Pointer.malloc((32L << 20) - (64 << 10)));
    }

    private static List<String> libraries(String platform) {
        return platform.startsWith("macosx") ? MAC : platform.startsWith("windows") ? WINDOWS : LINUX;
    }

    /** The torch libraries proper; helpers beside them differ by platform and build. */
    private static boolean required(String library) {
        return library.contains("torch") || library.contains("c10");
    }

    /**
     * An engine error as a Qualm exception: the native message without its stack of native frames, the original as cause.
     *
     * @param where what was being computed, for the message
     */
    public static EngineException failure(String where, RuntimeException e) {
        return new EngineException(where + ": " + firstLine(e), e);
    }

    private static String firstLine(Throwable e) {
        String message = String.valueOf(e.getMessage());
        int trace = message.indexOf("\nException raised from ");
        return (trace < 0 ? message : message.substring(0, trace)).strip();
    }
}

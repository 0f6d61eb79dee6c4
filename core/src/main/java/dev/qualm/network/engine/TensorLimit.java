package dev.qualm.network.engine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How large a single tensor may become. */
/*
 * A few bytes of a model can ask for any amount of memory (a shape constant, a padding, a scale), and the operating system
 * grants it until the process is killed. Operators whose output size is a number in the model ask here first.
 */
public final class TensorLimit {
    /** System property with another limit, in elements. */
    public static final String PROPERTY = "dev.qualm.largestTensor";

    /** A quarter of the machine's (or container's) memory in floats, at most what a Java array holds. */
    private static final long DEFAULT = defaultElements();

    private TensorLimit() {}

    /** Most elements a tensor may have. */
    public static long elements() {
        return Long.getLong(PROPERTY, DEFAULT);
    }

    private static long defaultElements() {
        long bytes = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean os
                ? os.getTotalMemorySize()
                : Long.MAX_VALUE;
        return Math.max(1L << 26, Math.min(Integer.MAX_VALUE, bytes / 16));
    }
}

package dev.qualm.network;

import dev.qualm.array.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What was compiled for a network's inputs, one per their shape: images of another size need another. Thread-safe. */
/*
 * The batch is left out of the shape, since a reverse pass is right for every batch, but a batch of one has its own: it does not
 * tell which axes grow. Few networks see more than a handful of shapes; plans in use cannot be thrown away, so those that do get
 * nothing, or plans for a single use, from then on.
 */
final class ShapedPlans<T extends AutoCloseable> implements AutoCloseable {
    private static final int MOST = 16;

    private final Map<List<List<Integer>>, Optional<T>> plans = new HashMap<>();

    /**
     * The plans for inputs of such shapes.
     *
     * @param compile makes them where there are none yet; null if there can be none
     * @return null if there are none, or too many others
     */
    synchronized @Nullable T get(Map<String, Array> feeds, Supplier<@Nullable T> compile) {
        List<List<Integer>> key = key(feeds);
        Optional<T> found = plans.get(key);
        if (found == null) {
            if (plans.size() >= MOST) {
                return null;
            }
            found = Optional.ofNullable(compile.get());
            plans.put(key, found);
        }
        return found.orElse(null);
    }

    /** As {@link #get}, but where there are too many others, plans for a single use. */
    Lease<T> lease(Map<String, Array> feeds, Supplier<T> compile) {
        T found = get(feeds, compile);
        return found != null ? new Lease<>(found, false) : new Lease<>(compile.get(), true);
    }

    static void free(AutoCloseable plans) {
        try {
            plans.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<List<Integer>> key(Map<String, Array> feeds) {
        // Numbers without axes, such as a smoothing's sharpness, have no batch to agree about.
        List<Array> batched = feeds.values().stream().filter(a -> a.rank() > 0).toList();
        boolean batch = batched.stream().mapToInt(a -> a.dim(0)).distinct().count() == 1;
        List<List<Integer>> key = new ArrayList<>();
        for (Array a : feeds.values()) {
            List<Integer> shape = new ArrayList<>();
            Arrays.stream(a.shape()).forEach(shape::add);
            if (batch && a.rank() > 0) {
                shape.set(0, Math.min(2, shape.get(0)));
            }
            key.add(shape);
        }
        return key;
    }

    @Override
    public synchronized void close() {
        plans.values().forEach(p -> p.ifPresent(ShapedPlans::free));
        plans.clear();
    }
}

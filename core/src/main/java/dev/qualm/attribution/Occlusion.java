package dev.qualm.attribution;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How much the explained quantity falls when a window of the input is replaced by the baseline (Zeiler, Fergus 2013); where windows
 * overlap, the mean over them. Needs no gradient.
 *
 * <p>Costs one forward pass per window and one more.
 *
 * @param window size of the window per axis of an item, channels first; empty to choose: all channels and a seventh of each side
 * @param stride likewise; empty for half the window
 * @param baseline what replaces it
 */
public record Occlusion(int[] window, int[] stride, Baseline baseline) implements Attribution {
    public Occlusion {
        window = window.clone();
        stride = stride.clone();
        if (Arrays.stream(window).anyMatch(i -> i < 1) || Arrays.stream(stride).anyMatch(i -> i < 1)) {
            throw new IllegalArgumentException("Expected windows and strides of at least 1, but found "
                    + Arrays.toString(window) + " and " + Arrays.toString(stride));
        }
    }

    /** Window and stride chosen by the input's size, zero as baseline. */
    public static Occlusion defaults() {
        return new Occlusion(new int[0], new int[0], Baseline.zero());
    }

    @Override
    public String name() {
        return "occlusion";
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("window", window.length == 0 ? "auto" : Arrays.toString(window));
        all.put("stride", stride.length == 0 ? "auto" : Arrays.toString(stride));
        all.put("baseline", baseline);
        return all;
    }

    @Override
    public Explainer on(Network network, Target target) {
        if (!network.input().type().isFloating()) {
            throw new UnsupportedModelException("Method " + name() + " changes the values of its input: expected an"
                    + " input of floats, but found " + network.input()
                    + "; take a method of one reverse pass, such as gradient-times-input");
        }
        return new OcclusionExplainer(this, network, target);
    }

    /** The window for items of a shape, batch axis included. */
    int[] windowFor(int[] shape) {
        return sizes(
                shape,
                window,
                "window",
                a -> a == 1 && shape.length > 2
                        ? shape[a]
                        : shape.length > 2 ? Math.max(1, Math.round(shape[a] / 7f)) : 1);
    }

    int[] strideFor(int[] shape) {
        int[] w = windowFor(shape);
        return sizes(shape, stride, "stride", a -> a == 1 && shape.length > 2 ? w[a - 1] : Math.max(1, w[a - 1] / 2));
    }

    private static int[] sizes(int[] shape, int[] given, String what, java.util.function.IntUnaryOperator otherwise) {
        if (given.length != 0 && given.length != shape.length - 1) {
            throw new ShapeException("Expected a " + what + " of " + (shape.length - 1) + " axes for inputs of shape "
                    + Arrays.toString(shape) + ", but found " + Arrays.toString(given));
        }
        int[] sizes = new int[shape.length - 1];
        for (int a = 1; a < shape.length; a++) {
            sizes[a - 1] = given.length == 0 ? otherwise.applyAsInt(a) : Math.min(given[a - 1], shape[a]);
        }
        return sizes;
    }

    /** First elements of all windows, one array of offsets per window; the last window of an axis may be cut off by its end. */
    static int[][] positions(int[] shape, int[] window, int[] stride) {
        int[] counts = new int[window.length];
        int total = 1;
        for (int a = 0; a < window.length; a++) {
            int rest = Math.max(0, shape[a + 1] - window[a]);
            counts[a] = (rest + stride[a] - 1) / stride[a] + 1;
            total = Math.multiplyExact(total, counts[a]);
        }
        int[][] all = new int[total][window.length];
        for (int k = 0; k < total; k++) {
            int rest = k;
            for (int a = window.length - 1; a >= 0; a--) {
                all[k][a] = rest % counts[a] * stride[a];
                rest /= counts[a];
            }
        }
        return all;
    }

    /** Whether element {@code i} of an item lies in the window at a position. */
    static boolean inside(int i, int[] shape, int[] position, int[] window) {
        int rest = i;
        for (int a = window.length - 1; a >= 0; a--) {
            int at = rest % shape[a + 1];
            rest /= shape[a + 1];
            if (at < position[a] || at >= position[a] + window[a]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Occlusion x
                && Arrays.equals(window, x.window)
                && Arrays.equals(stride, x.stride)
                && baseline.equals(x.baseline);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(window) + Arrays.hashCode(stride);
    }

    @Override
    public String toString() {
        return name() + parameters();
    }
}

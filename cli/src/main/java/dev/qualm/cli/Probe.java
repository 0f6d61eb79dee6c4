package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.Network;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What a run of two made-up samples shows of a network: how it takes batches, and the shapes of its tensors.
 *
 * @param feeds what was fed, two samples per input
 * @param sampleBySample whether the network only takes the batch size it was exported with
 * @param shapes by tensor, without the batch axis
 */
record Probe(Map<String, Array> feeds, boolean sampleBySample, Map<String, List<Integer>> shapes) {
    /**
     * Lengths to try, in turn, for axes whose length the model leaves open: usual ones for images, and for everything
     * else.
     */
    private static final List<Integer> IMAGE_SIDES = List.of(224, 64, 32, 28);

    private static final List<Integer> LENGTHS = List.of(16, 8, 4, 2, 1);

    private static final long MOST_ELEMENTS = 1 << 24;

    /**
     * Runs the network on samples drawn from a seed.
     *
     * @param wanted tensors whose shapes are asked for
     * @throws QualmException if it runs with none of the lengths tried; the message is that of the first attempt
     */
    static Probe of(Network network, Set<String> wanted) {
        QualmException first = null;
        boolean images = network.inputs().stream().anyMatch(i -> i.rank() == 4);
        boolean open = network.inputs().stream().anyMatch(Probe::isOpen);
        for (int length : !open ? List.of(1) : images ? IMAGE_SIDES : LENGTHS) {
            try {
                return run(network, feeds(network, length), wanted);
            } catch (QualmException e) {
                first = first == null ? e : first;
            }
        }
        throw first == null ? new QualmException("No length to try") : first;
    }

    private static Probe run(Network network, Map<String, Array> feeds, Set<String> wanted) {
        // One sample first: if that fails, two samples that fail would say nothing about batches.
        Map<String, Array> one = new LinkedHashMap<>();
        feeds.forEach((name, a) -> one.put(name, a.slice(0, 1)));
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        network.run(network.inputs().get(0).dim(0) > 1 ? feeds : one, wanted).forEach((name, a) -> {
            List<Integer> dims = new ArrayList<>();
            for (int i = 1; i < a.rank(); i++) {
                dims.add(a.dim(i));
            }
            shapes.put(name, dims);
        });
        return new Probe(feeds, network.isSampleBySample(feeds), shapes);
    }

    private static boolean isOpen(ValueInfo input) {
        for (int i = 1; i < input.rank(); i++) {
            if (input.dim(i) < 0) {
                return true;
            }
        }
        return input.rank() < 0;
    }

    private static Map<String, Array> feeds(Network network, int length) {
        Random random = new Random(0);
        Map<String, Array> feeds = new LinkedHashMap<>();
        for (ValueInfo in : network.inputs()) {
            if (in.rank() < 1) {
                throw new QualmException("Input '" + in.name() + "' has no declared shape, or no batch axis");
            }
            int[] shape = new int[in.rank()];
            // A declared batch is kept (at least two samples are needed to see how batches are taken).
            shape[0] = (int) Math.min(512, Math.max(2, in.dim(0)));
            long elements = shape[0];
            for (int i = 1; i < shape.length; i++) {
                long dim = in.dim(i) < 0 ? (in.rank() == 4 && i == 1 ? 3 : length) : in.dim(i);
                elements = Math.multiplyExact(elements, Math.min(dim, MOST_ELEMENTS));
                if (dim < 1 || elements > MOST_ELEMENTS) {
                    throw new QualmException("Input " + in + " is too large, or empty, to try the network on it");
                }
                shape[i] = (int) dim;
            }
            feeds.put(in.name(), sample(in, shape, random));
        }
        return feeds;
    }

    private static Array sample(ValueInfo in, int[] shape, Random random) {
        int n = Array.size(shape);
        DType dtype = in.type().dtype();
        if (in.type().isFloating()) {
            float[] values = new float[n];
            for (int i = 0; i < n; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return Array.of(values, shape);
        }
        // Small numbers are in every vocabulary; masks and segment numbers may be 1.
        boolean flag = in.name().contains("mask") || in.name().contains("type");
        long[] values = new long[n];
        for (int i = 0; i < n; i++) {
            values[i] = flag ? 1 : 1 + random.nextInt(9);
        }
        return dtype == null ? Array.of(values, shape) : WholeNumbers.convert(Array.of(values, shape), dtype);
    }
}

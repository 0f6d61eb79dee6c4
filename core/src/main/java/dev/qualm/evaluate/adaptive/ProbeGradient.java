package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.fitted.Judge;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Of layer sustainability under probes: the noise is held where it is, and both runs of each layer are differentiated.
 * Exact but for the noise, which is drawn anew for every input.
 *
 * @param defence whose network it is
 * @param judge draws the noise
 * @param probes how many draws
 * @param method for the report
 */
record ProbeGradient(Defence defence, Judge.OfInput judge, int probes, String method) implements ScoreGradient {
    @Override
    public double passes(int classes) {
        return 3 + 3.0 * probes;
    }

    @Override
    public double[] at(Array batch) {
        Network network = defence.network();
        List<Array> noisy;
        try (Evidence evidence = defence.evidence(batch)) {
            noisy = judge.changed(evidence);
        }
        List<String> layers = new ArrayList<>(network.structure().activations());
        if (!layers.contains(network.structure().logits())) {
            layers.add(network.structure().logits());
        }
        String leaf = network.structure().differentiable();
        Recording recording = Recording.ofTaps(network, layers);
        double[] out = new double[batch.size()];
        try (Tape clean = Tape.record(network, batch, recording)) {
            for (Array moved : noisy) {
                try (Tape other = Tape.record(network, moved, recording)) {
                    Map<String, Array> here = new HashMap<>();
                    Map<String, Array> there = new HashMap<>();
                    for (String layer : layers) {
                        cotangents(clean.array(layer), other.array(layer), layer, here, there);
                    }
                    add(out, clean.gradient(here, leaf));
                    add(out, other.gradient(there, leaf));
                }
            }
        }
        return out;
    }

    /* Of |v - u| / |u| per item: (v - u) / (|v - u| |u|) by v; minus that, minus |v - u| u / |u|^3, by u. */
    private static void cotangents(Array u, Array v, String layer, Map<String, Array> byU, Map<String, Array> byV) {
        int n = u.dim(0);
        int size = u.size() / n;
        double[] a = new double[u.size()];
        double[] b = new double[u.size()];
        for (int i = 0; i < n; i++) {
            double square = 0;
            double change = 0;
            for (int j = i * size; j < (i + 1) * size; j++) {
                square += u.get(j) * u.get(j);
                change += (v.get(j) - u.get(j)) * (v.get(j) - u.get(j));
            }
            double length = Math.sqrt(square);
            double moved = Math.sqrt(change);
            for (int j = i * size; j < (i + 1) * size && length > 0 && moved > 0; j++) {
                b[j] = (v.get(j) - u.get(j)) / (moved * length);
                a[j] = -b[j] - moved * u.get(j) / (square * length);
            }
        }
        byU.put(layer, Array.of(a, u.shape()));
        byV.put(layer, Array.of(b, u.shape()));
    }

    private static void add(double[] out, Array g) {
        double[] more = g.toDoubles();
        for (int j = 0; j < out.length; j++) {
            out[j] += more[j];
        }
    }
}

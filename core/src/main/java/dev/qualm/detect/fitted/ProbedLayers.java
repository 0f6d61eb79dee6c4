package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import dev.qualm.detect.Work;
import dev.qualm.mutation.ItemSet;
import dev.qualm.network.Network;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Layer sustainability under probes, after the layer sustainability analysis of Khalooei, Homayounpour, Amirmazlaghani 2022: how far each
 * activation moves when noise is added to the input, {@code |a(x + r) - a(x)| / |a(x)|}, the mean over activations, the logits and several
 * draws of r. The paper compares layers by the mean over items; here the layers' mean judges the item.
 *
 * <p>Noise is normal, in units of the network's input. It is drawn from the seed and the item's content, so that neither batch mates nor
 * order matter. Layers that are zero at x are left out; undefined if all are.
 *
 * @param probes draws
 * @param sigma standard deviation of the noise
 * @param seed of the draws
 */
record ProbedLayers(int probes, double sigma, int seed) implements Detector {
    static final About ABOUT = new About(
            "lsa",
            "Do the layers move far when noise is added to the input?",
            "after Khalooei, Homayounpour, Amirmazlaghani 2022",
            Published.DISTRUST,
            true,
            Set.of(Reads.LAYERS, Reads.INPUT));
    static final Settings DEFAULTS = Settings.of("probes", 4).and("sigma", 0.05).and("seed", 0);

    static ProbedLayers of(Settings s) {
        return new ProbedLayers(
                s.integer(ABOUT.name(), "probes", 1),
                s.number(ABOUT.name(), "sigma", 1e-9, 1e9),
                s.integer(ABOUT.name(), "seed", 0));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("probes", probes).and("sigma", sigma).and("seed", seed);
    }

    @Override
    public List<Work> work(int classes) {
        return List.of(Work.forwards(Detectors.text(this), Score.Source.CHANGED_INPUTS, probes));
    }

    @Override
    public Set<String> tensors(Network network) {
        Set<String> all = new LinkedHashSet<>(network.structure().activations());
        all.add(network.structure().logits());
        return all;
    }

    @Override
    public @Nullable String refusal(Network network) {
        return network.inputs().size() == 1 && network.input().type().isFloating()
                ? null
                : "it adds noise to the input, which must be the only one and float";
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        return new ChangedInputs(this::score, this::noisy);
    }

    private double[] score(Evidence evidence) {
        Network network = evidence.network();
        Set<String> wanted = tensors(network);
        List<Array> probed = noisy(evidence);
        double[] sum = new double[evidence.size()];
        int[] count = new int[sum.length];
        for (Array noise : probed) {
            Map<String, Array> moved = network.run(noise, List.copyOf(wanted));
            for (String name : wanted) {
                Array a = evidence.tensor(name);
                Array b = Objects.requireNonNull(moved.get(name));
                int size = a.size() / sum.length;
                for (int i = 0; i < sum.length; i++) {
                    double size2 = 0;
                    double change = 0;
                    for (int j = i * size; j < (i + 1) * size; j++) {
                        size2 += a.get(j) * a.get(j);
                        change += (b.get(j) - a.get(j)) * (b.get(j) - a.get(j));
                    }
                    sum[i] += size2 == 0 ? 0 : Math.sqrt(change / size2);
                    count[i] += size2 == 0 ? 0 : 1;
                }
            }
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] /= count[i];
        }
        return sum;
    }

    private List<Array> noisy(Evidence evidence) {
        Array x = evidence.onlyInput();
        long[] contents = ItemSet.each(x);
        return IntStream.range(0, probes).mapToObj(p -> noisy(x, contents, p)).toList();
    }

    private Array noisy(Array x, long[] contents, int probe) {
        double[] out = x.toDoubles().clone();
        int size = out.length / contents.length;
        for (int i = 0; i < contents.length; i++) {
            Random random = new Random(contents[i] + 0x9e3779b97f4a7c15L * (1 + probe) + seed);
            for (int j = i * size; j < (i + 1) * size; j++) {
                out[j] += sigma * random.nextGaussian();
            }
        }
        Array moved = Array.of(out, x.shape());
        return x.dtype() == DType.FLOAT32 ? moved.asFloat32() : moved;
    }
}

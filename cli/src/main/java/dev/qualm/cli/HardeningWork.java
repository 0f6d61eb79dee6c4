package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.attack.Pgd;
import dev.qualm.data.Dataset;
import dev.qualm.network.Network;
import dev.qualm.sustainability.AttackPerturbation;
import dev.qualm.sustainability.LayerMovement;
import dev.qualm.sustainability.LayerSustainability;
import dev.qualm.sustainability.Measure;
import dev.qualm.sustainability.MostVulnerableLayers;
import dev.qualm.sustainability.SustainabilityResult;
import dev.qualm.training.ItemHash;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A network about to be hardened, and what it learns from. */
final class HardeningWork {
    /** Items that tell which layers are vulnerable: their means are known to a few percent then. */
    private static final int SAMPLE = 500;

    private static final int STEPS = 10;

    private final Network network;
    private final Array inputs;
    private final int[] labels;
    private final Box box;
    private final Budget budget;
    private final long seed;

    HardeningWork(Network network, Dataset data, Box box, Budget budget, long seed) {
        this.network = network;
        this.inputs = data.all();
        this.labels = data.labels();
        this.box = box;
        this.budget = budget;
        this.seed = seed;
    }

    Network network() {
        return network;
    }

    Array inputs() {
        return inputs;
    }

    int[] labels() {
        return labels.clone();
    }

    /** A warning if items of a test are among those that are learnt from. */
    Optional<String> learnt(Dataset test) {
        Set<String> known = new HashSet<>(ItemHash.each(inputs));
        long seen = ItemHash.each(test.all()).stream().filter(known::contains).count();
        return seen == 0
                ? Optional.empty()
                : Optional.of(
                        "warning: " + seen + " of the " + test.size()
                                + " items to compare on are among those that were learnt from: what follows flatters the model");
    }

    /** How far the activations of a network move on items under PGD with a budget. */
    static SustainabilityResult movement(
            Network network, Array items, int[] labels, Box box, Budget budget, long seed) {
        Pgd pgd = Pgd.of(budget.ball(), budget.epsilon(), budget.epsilon() / 4, STEPS, box)
                .withRandomStart(seed);
        return LayerSustainability.of(network).analyse(items, labels, List.of(AttackPerturbation.of(network, pgd)));
    }

    /**
     * Tensors of the most vulnerable activations under PGD. Where none lies far enough above the mean, the farthest, and that is said.
     *
     * @param say takes what was found
     */
    List<String> mostVulnerable(double eta, Consumer<String> say) {
        int n = Math.min(SAMPLE, labels.length);
        SustainabilityResult result =
                movement(network, inputs.slice(0, n), java.util.Arrays.copyOf(labels, n), box, budget, seed);
        String name = result.names().get(0);
        MostVulnerableLayers found = result.mostVulnerable(name, eta);
        List<LayerMovement> all = result.of(name, Measure.RELATIVE_ERROR);
        if (!found.layers().isEmpty()) {
            List<String> tensors =
                    found.layers().stream().map(v -> v.tap().tensor()).toList();
            say.accept("most vulnerable under PGD, by relative error: "
                    + found.layers().stream()
                            .map(v -> String.format(
                                    Locale.ROOT, "%s (%.3f)", v.tap().tensor(), v.value()))
                            .toList());
            return tensors;
        }
        LayerMovement farthest = all.stream()
                .max(Comparator.comparingDouble(LayerMovement::value))
                .orElseThrow();
        say.accept(String.format(
                Locale.ROOT,
                "no layer moves more than %s standard deviations above the mean under PGD; taking the one that moves most, %s"
                        + " (relative error %.3f)",
                eta == Math.rint(eta) ? Long.toString((long) eta) : Double.toString(eta),
                farthest.tap().tensor(),
                farthest.value()));
        return List.of(farthest.tap().tensor());
    }
}

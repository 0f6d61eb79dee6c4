package dev.qualm.attack;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** {@link Ensemble} on one batch. */
final class EnsembleRun {
    private final Ensemble ensemble;
    private final Network network;
    private final Array batch;
    private final int[] labels;
    private final int[] brokenBy;
    private final double[] x;
    private final boolean[] success;
    private final int[] predicted;
    private final int[] queries;
    private final int[] gradients;
    private final Norms[] norms;
    private final Status[] status;

    EnsembleRun(Ensemble ensemble, Network network, Array batch, int[] labels) {
        this.ensemble = ensemble;
        this.network = network;
        this.batch = batch;
        this.labels = labels;
        int n = labels.length;
        brokenBy = new int[n];
        Arrays.fill(brokenBy, EnsembleResult.ROBUST);
        x = batch.toDoubles().clone();
        success = new boolean[n];
        predicted = new int[n];
        queries = new int[n];
        gradients = new int[n];
        norms = new Norms[n];
        Arrays.fill(norms, new Norms(0, 0, 0, 0));
        status = new Status[n];
        Arrays.fill(status, Status.OK);
    }

    EnsembleResult run() {
        List<String> names = new ArrayList<>();
        if (labels.length > 0) {
            Logits clean = Logits.of(network, LossSweep.array(network, x, batch.shape()));
            int[] active = IntStream.range(0, labels.length)
                    .filter(i -> begins(clean, i))
                    .toArray();
            List<Attack> members = ensemble.members(clean.classes());
            for (int m = 0; m < members.size(); m++) {
                names.add(members.get(m).name());
                active = active.length == 0 ? active : member(members.get(m), m, active);
            }
        }
        Adversarial all = new Adversarial(
                LossSweep.array(network, x, batch.shape()),
                success,
                predicted,
                Arrays.asList(norms),
                queries,
                gradients,
                Arrays.asList(status),
                ensemble.provenance().with("members", names).with("targeted", false));
        return new EnsembleResult(all, names, brokenBy);
    }

    /** Whether an input is to be attacked. */
    private boolean begins(Logits clean, int i) {
        queries[i] = 1;
        predicted[i] = clean.predicted(i);
        success[i] = clean.isFinite(i) && clean.predicted(i) != clean.checked(labels[i]);
        if (!clean.isFinite(i)) {
            status[i] = Trail.nonFinite();
        }
        if (success[i] || !clean.isFinite(i)) {
            // A network without an answer is no right one.
            brokenBy[i] = EnsembleResult.MISCLASSIFIED;
            return false;
        }
        return true;
    }

    private int[] member(Attack attack, int m, int[] active) {
        int[] own = IntStream.of(active).map(i -> labels[i]).toArray();
        Adversarial found = attack.attack(network, batch.select(active), own);
        double[] values = found.inputs().toDoubles();
        int width = x.length / labels.length;
        for (int r = 0; r < active.length; r++) {
            int i = active[r];
            queries[i] += found.queries()[r];
            gradients[i] += found.gradients()[r];
            success[i] = found.success()[r];
            predicted[i] = found.predicted()[r];
            norms[i] = found.norms().get(r);
            System.arraycopy(values, r * width, x, i * width, width);
            // The first warning stays: a later member without gradients does not take it back.
            status[i] = status[i].isOk() ? found.status().get(r) : status[i];
            brokenBy[i] = success[i] ? m : EnsembleResult.ROBUST;
        }
        return IntStream.of(active).filter(i -> !success[i]).toArray();
    }
}

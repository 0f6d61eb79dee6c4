package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.Mutant;
import dev.qualm.mutation.Mutations;
import dev.qualm.mutation.Mutator;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.util.ArrayList;
import java.util.List;

/**
 * What mutants cost beside the network itself. Arguments as for {@link RatioTable}.
 *
 * <p>A row "made and run" compares making a mutant, running it and closing it with running the network. A row "label change rate"
 * compares the rate over MANY mutants with as many forward passes. A row "drawn and made" is all of a mutant that is there before its first run, which makes and packs
 * the changed weights, against a forward pass.
 */
public final class MutantRatios {
    private static final int BATCH = 32;

    private static final int MANY = 20;

    private MutantRatios() {}

    public static void main(String[] arguments) {
        RatioTable table = RatioTable.begin(arguments);
        ShippedImages shipped = ShippedImages.load();
        Array images = shipped.ordinary();
        try (Network network = Network.load(shipped.model())) {
            rows(table, "demo CNN", network, images.slice(0, BATCH), images.slice(0, 8 * BATCH));
        }
        try (Network network = Network.of(ResNet20.graph(1), Precision.FLOAT32)) {
            rows(table, "ResNet-20", network, Images.normal(BATCH), Images.normal(8 * BATCH));
        }
        try (Network network = Network.of(MobileNet.graph(1), Precision.FLOAT32)) {
            rows(table, "MobileNet", network, Images.normal(BATCH), Images.normal(8 * BATCH));
        }
    }

    private static void rows(RatioTable table, String name, Network network, Array batch, Array many) {
        for (String operator : List.of("neuron-activation-inverse", "gaussian-fuzz", "gaussian-fuzz-nmutant")) {
            Mutator mutator = Mutations.of(operator).on(network);
            List<Mutant> mutants = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                mutants.add(mutator.draw(1, i));
            }
            String row = name + ", " + operator;
            int[] next = {0, 0};
            table.row(
                    row + ", drawn and made",
                    0.05,
                    table.contest()
                            .add(
                                    "Qualm",
                                    () -> network.with(mutator.draw(1, next[0]++ % MANY)
                                                    .view())
                                            .close())
                            .add("forward of " + BATCH, () -> network.logits(batch)));
            table.row(
                    row + ", made and run",
                    1.05,
                    table.contest()
                            .add("Qualm", () -> {
                                try (Network mutant = network.with(
                                        mutants.get(next[1]++ % MANY).view())) {
                                    mutant.logits(batch);
                                }
                            })
                            .add("forward of " + BATCH, () -> network.logits(batch)));
            LabelChangeRate rate = LabelChangeRate.of(mutants);
            table.row(
                    row + ", label change rate of " + MANY + " mutants on " + many.dim(0),
                    1.1,
                    table.contest().add("Qualm", () -> rate.on(network, many)).add(MANY + " forwards", () -> {
                        for (int i = 0; i < MANY; i++) {
                            network.logits(many);
                        }
                    }));
        }
    }
}

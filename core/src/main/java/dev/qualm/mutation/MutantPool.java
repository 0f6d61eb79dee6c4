package dev.qualm.mutation;

import dev.qualm.Provenance;
import dev.qualm.artifact.Artifact;
import dev.qualm.network.Network;
import dev.qualm.network.onnx.ModelHash;
import java.nio.file.Path;
import java.util.List;

/**
 * Accepted mutants of one network.
 *
 * @param model hash of the original's graph, {@link ModelHash#of(dev.qualm.network.graph.Graph)}
 * @param mutants in the order they were drawn
 * @param accuracies of the mutants, in their order
 * @param report how the search for them went
 * @param items what they were accepted by; nothing that uses the pool may be evaluated on these
 * @param provenance mutations, seed, rule and items
 */
public record MutantPool(
        String model,
        List<Mutant> mutants,
        List<Accuracy> accuracies,
        AcceptanceReport report,
        ItemSet items,
        Provenance provenance) {
    public MutantPool {
        mutants = List.copyOf(mutants);
        accuracies = List.copyOf(accuracies);
        if (mutants.isEmpty() || mutants.size() != accuracies.size()) {
            throw new MutationException("Expected mutants with an accuracy each, but found " + mutants.size() + " and "
                    + accuracies.size());
        }
    }

    /** Number of mutants. */
    public int size() {
        return mutants.size();
    }

    /**
     * The first {@code n} mutants; the report stays that of the whole search.
     *
     * @throws MutationException if there are fewer
     */
    public MutantPool take(int n) {
        if (n < 1 || n > size()) {
            throw new MutationException("Expected 1 to " + size() + " mutants of the pool, but found " + n);
        }
        return new MutantPool(
                model,
                mutants.subList(0, n),
                accuracies.subList(0, n),
                report,
                items,
                provenance.with("mutants", n + " of " + size()));
    }

    /**
     * Checks that the pool belongs to a network; its precision does not matter.
     *
     * @throws MutationException if it was made for another
     */
    public void requireModel(Network network) {
        String found = ModelHash.of(network.graph());
        if (!found.equals(model)) {
            throw new MutationException("The mutants were made for the model with hash " + model
                    + ", but found a model with hash " + found + "; make a pool for this model with qualm mutants");
        }
    }

    /**
     * Checks that none of some items decided about the mutants, so that results on them are honest.
     *
     * @throws MutationException if some did
     */
    public void requireUnseen(ItemSet evaluated) {
        int shared = items.shared(evaluated);
        if (shared > 0) {
            throw new MutationException(shared + " of " + evaluated.size()
                    + " items to evaluate on were used to accept the mutants; keep the two splits apart");
        }
    }

    /**
     * Writes the pool completely or not at all.
     *
     * @throws dev.qualm.QualmException if the file cannot be written
     */
    public void save(Path file) {
        PoolFile.write(this).write(file);
    }

    /**
     * Reads a pool for the network it was made for; the result equals what was saved.
     *
     * @throws dev.qualm.UnreadableFileException if the file is missing, damaged or something else than a pool
     * @throws dev.qualm.QualmException if it was made for another network
     */
    public static MutantPool load(Path file, Network network) {
        Artifact artifact = Artifact.read(file, PoolFile.KIND);
        artifact.requireModel(ModelHash.of(network.graph()));
        MutantPool pool = PoolFile.read(artifact, file.toString());
        PoolFile.requireFit(pool, network.graph().initializers());
        return pool;
    }

    @Override
    public String toString() {
        return size() + " mutants: " + report;
    }
}

package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.array.Array;
import java.util.List;
import java.util.Locale;

/**
 * What an attack made of a batch. An input that could not be moved keeps its place, and its status says why: a failed attack
 * is not a robust network.
 *
 * @param inputs the changed inputs, of the batch's shape
 * @param success whether the network answers as the attacker wants, {@code [n]}
 * @param predicted the class it answers, {@code [n]}
 * @param norms how far each input was moved
 * @param queries forward passes that each input cost
 * @param gradients gradients by the input that each cost besides, each about one more forward pass
 * @param status a zero or non-finite gradient on the way
 * @param provenance the attack with all its settings
 */
public record Adversarial(
        Array inputs,
        boolean[] success,
        int[] predicted,
        List<Norms> norms,
        int[] queries,
        int[] gradients,
        List<Status> status,
        Provenance provenance) {
    public Adversarial {
        norms = List.copyOf(norms);
        status = List.copyOf(status);
    }

    /** The same, made by something else. */
    Adversarial with(Provenance made) {
        return new Adversarial(inputs, success, predicted, norms, queries, gradients, status, made);
    }

    /** Number of inputs. */
    public int n() {
        return success.length;
    }

    /** What each input cost, in forward passes of one input (a gradient counts as one more). */
    public int[] passes() {
        int[] passes = new int[n()];
        java.util.Arrays.setAll(passes, i -> queries[i] + gradients[i]);
        return passes;
    }

    /** Share of inputs on which the attack reached its aim; NaN for none. */
    public double successRate() {
        int count = 0;
        for (boolean s : success) {
            count += s ? 1 : 0;
        }
        return (double) count / n();
    }

    /** How many inputs met a zero or non-finite gradient; more than a few mean that the attack says little. */
    public long warnings() {
        return status.stream().filter(s -> !s.isOk()).count();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%d inputs, success %.3f, %d warnings (%s)", n(), successRate(), warnings(), provenance);
    }
}

package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Msp;
import dev.qualm.detect.Score;
import dev.qualm.detect.Softmax;
import dev.qualm.detect.Work;
import dev.qualm.network.Network;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ODIN (Liang, Li, Srikant 2018): {@code 1 - max softmax(f(x') / T)} of the input moved a step towards its predicted class, {@code x' =
 * x - epsilon sign(grad CE(f(x) / T, y))}, where a zero gradient counts as positive. Published as trust.
 *
 * <p>epsilon is in units of the network's input, after preprocessing. The moved input is not clipped, as published.
 *
 * @param temperature T
 * @param epsilon size of the step, at least 0
 */
record Odin(double temperature, double epsilon) implements Detector {
    static final About ABOUT = About.of(
            "odin",
            "Does a small step towards the predicted class not make the model sure?",
            "Liang, Li, Srikant 2018",
            Published.TRUST,
            Reads.LOGITS,
            Reads.INPUT_GRADIENTS,
            Reads.INPUT);
    static final Settings DEFAULTS = Settings.of("T", 1000.0).and("epsilon", 0.0014);

    static Odin of(Settings s) {
        return new Odin(s.number(ABOUT.name(), "T", 1e-6, 1e9), s.number(ABOUT.name(), "epsilon", 0, 1e9));
    }

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.of("T", temperature).and("epsilon", epsilon);
    }

    /** A forward pass, a reverse sweep and a forward pass on the moved inputs. */
    @Override
    public List<Work> work(int classes) {
        return List.of(new Work(Detectors.text(this), Score.Source.CHANGED_INPUTS, 1, 1, 0));
    }

    @Override
    public @Nullable String refusal(Network network) {
        return network.inputs().size() == 1
                        && network.structure()
                                .differentiable()
                                .equals(network.input().name())
                ? null
                : "it moves the input, which must be the only one and float";
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        return new ChangedInputs(this::score, e -> List.of(moved(e)));
    }

    private double[] score(Evidence evidence) {
        double[][] f = Readings.rows(evidence.network().logits(moved(evidence)));
        double[] out = new double[f.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Vectors.finite(f[i]) ? Msp.of(Vectors.scaled(f[i], 1 / temperature)) : Double.NaN;
        }
        return out;
    }

    /* The factor 1 / T of the gradient changes no sign, but may push small entries to zero: it is left out. */
    private Array moved(Evidence evidence) {
        double[][] f = evidence.logits();
        int k = f[0].length;
        double[] cotangent = new double[f.length * k];
        for (int i = 0; i < f.length; i++) {
            double[] p = Softmax.probabilities(Vectors.scaled(f[i], 1 / temperature));
            int top = Softmax.argmax(f[i]);
            // 1 - p from the others: a sure prediction still has a gradient.
            p[top] = -Softmax.complements(p)[top];
            System.arraycopy(p, 0, cotangent, i * k, k);
        }
        Array gradient = evidence.inputGradient(Array.of(cotangent, f.length, k));
        Array x = evidence.onlyInput();
        if (x.dtype() == DType.FLOAT32) {
            float[] moved = new float[x.size()];
            for (int i = 0; i < moved.length; i++) {
                moved[i] = x.floats()[i] + (gradient.get(i) >= 0 ? -(float) epsilon : (float) epsilon);
            }
            return Array.of(moved, x.shape());
        }
        double[] moved = new double[x.size()];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = x.get(i) + (gradient.get(i) >= 0 ? -epsilon : epsilon);
        }
        return Array.of(moved, x.shape());
    }
}

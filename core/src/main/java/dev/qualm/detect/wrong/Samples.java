package dev.qualm.detect.wrong;

import dev.qualm.Provenance;
import dev.qualm.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Predictions and what is known of them, item by item. Made by {@link SampleReader}.
 *
 * @param modelHash the model that predicted, as {@link dev.qualm.network.onnx.ModelHash} names its graph
 * @param hashes content of each input, see {@link dev.qualm.training.ItemHash#each}
 * @param predictions class per item, -1 where there is none
 * @param conductance {@code [n][maps]}, rows of NaN where there is none; null if it was not read
 * @param labelChangeRate per item, in [0, 1], NaN where there is none; null if it was not computed
 * @param msp per item, NaN where there is none
 * @param margin per item, NaN where there is none
 * @param status per item; an item whose conductance is zero everywhere keeps its values
 * @param passes cost per item in forward passes
 */
public record Samples(
        String modelHash,
        List<String> hashes,
        int[] predictions,
        double @Nullable [][] conductance,
        double @Nullable [] labelChangeRate,
        double[] msp,
        double[] margin,
        List<Status> status,
        double passes,
        Provenance provenance) {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    public Samples {
        hashes = List.copyOf(hashes);
        status = List.copyOf(status);
        int n = hashes.size();
        for (String hash : hashes) {
            FitException.require(
                    HASH.matcher(hash).matches(), "contents named by 64 hexadecimal digits", "(ItemHash.each)", hash);
        }
        requireLength("predictions", predictions.length, n);
        requireLength("msp", msp.length, n);
        requireLength("margin", margin.length, n);
        requireLength("status", status.size(), n);
        if (conductance != null) {
            requireLength("conductance", conductance.length, n);
        }
        if (labelChangeRate != null) {
            requireLength("label change rate", labelChangeRate.length, n);
            for (double rate : labelChangeRate) {
                FitException.require(!(rate < 0 || rate > 1), "label change rates", "in [0, 1]", rate);
            }
        }
    }

    private static void requireLength(String what, int found, int expected) {
        FitException.require(found == expected, "a value of " + what, "for each of " + expected + " items", found);
    }

    public int size() {
        return hashes.size();
    }

    /**
     * The same with label change rates.
     *
     * @param rates per item, in the same order, NaN where there is none
     * @param mutants that were run, each one forward pass
     * @param pool what the mutants were
     */
    public Samples withLabelChangeRate(double[] rates, double mutants, Provenance pool) {
        return new Samples(
                modelHash,
                hashes,
                predictions,
                conductance,
                rates.clone(),
                msp,
                margin,
                status,
                passes + mutants,
                provenance.with("mutants", pool));
    }

    /**
     * The items of several readings after each other. Costs are averaged over the items.
     *
     * @param parts at least one, of one model and read with the same settings
     * @throws FitException if they differ in model or settings, or some have features that others lack
     */
    public static Samples concat(List<Samples> parts) {
        FitException.require(!parts.isEmpty(), "samples", "to put together", "none");
        Samples first = parts.get(0);
        List<String> h = new ArrayList<>();
        List<Status> s = new ArrayList<>();
        double cost = 0;
        for (Samples part : parts) {
            FitException.require(
                    part.modelHash.equals(first.modelHash), "samples of one model", first.modelHash, part.modelHash);
            FitException.require(
                    (part.conductance == null) == (first.conductance == null)
                            && (part.labelChangeRate == null) == (first.labelChangeRate == null),
                    "the same features",
                    "in all parts",
                    "some without");
            Reading.requireSame(EnumSet.allOf(Feature.class), first, part);
            h.addAll(part.hashes);
            s.addAll(part.status);
            cost += part.passes * part.size();
        }
        return new Samples(
                first.modelHash,
                h,
                parts.stream().flatMapToInt(p -> Arrays.stream(p.predictions)).toArray(),
                first.conductance == null
                        ? null
                        : parts.stream().flatMap(p -> Arrays.stream(p.rows())).toArray(double[][]::new),
                first.labelChangeRate == null ? null : joined(parts, p -> p.scalar(Feature.LCR)),
                joined(parts, Samples::msp),
                joined(parts, Samples::margin),
                s,
                h.isEmpty() ? first.passes : cost / h.size(),
                first.provenance);
    }

    private static double[] joined(List<Samples> parts, Function<Samples, double[]> values) {
        return parts.stream()
                .flatMapToDouble(p -> Arrays.stream(values.apply(p)))
                .toArray();
    }

    /** Some of the items, in the given order. */
    public Samples select(int... items) {
        List<String> h = new ArrayList<>();
        List<Status> s = new ArrayList<>();
        int[] predicted = new int[items.length];
        double[][] rows = conductance == null ? null : new double[items.length][];
        for (int i = 0; i < items.length; i++) {
            h.add(hashes.get(items[i]));
            s.add(status.get(items[i]));
            predicted[i] = predictions[items[i]];
            if (rows != null && conductance != null) {
                rows[i] = conductance[items[i]];
            }
        }
        return new Samples(
                modelHash,
                h,
                predicted,
                rows,
                labelChangeRate == null ? null : select(labelChangeRate, items),
                select(msp, items),
                select(margin, items),
                s,
                passes,
                provenance);
    }

    private static double[] select(double[] values, int[] items) {
        double[] out = new double[items.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[items[i]];
        }
        return out;
    }

    /**
     * A feature of one number per item.
     *
     * @throws FitException if it was not computed, or is no such feature
     */
    public double[] scalar(Feature feature) {
        return switch (feature) {
            case LCR -> {
                if (labelChangeRate == null) {
                    throw new FitException(
                            "Expected label change rates, but these samples have none; compute them with a"
                                    + " pool of mutants (withLabelChangeRate), or leave lcr out");
                }
                yield labelChangeRate;
            }
            case MSP -> msp;
            case MARGIN -> margin;
            case CONDUCTANCE ->
                throw new FitException(
                        "Expected a feature of one number, but conductance has one for each feature map");
        };
    }

    /** The conductance; an error if it was not read. */
    double[][] rows() {
        if (conductance == null) {
            throw new FitException("Expected the conductance of a layer, but these samples have none; read them with"
                    + " SampleReader.of(network), or leave conductance out");
        }
        return conductance;
    }

    /** Whether all features of an item are finite and it has a prediction. */
    boolean usable(int item, Set<Feature> features) {
        if (predictions[item] < 0) {
            return false;
        }
        for (Feature f : features) {
            boolean finite = f == Feature.CONDUCTANCE ? Rows.finite(rows()[item]) : Double.isFinite(scalar(f)[item]);
            if (!finite) {
                return false;
            }
        }
        return true;
    }
}

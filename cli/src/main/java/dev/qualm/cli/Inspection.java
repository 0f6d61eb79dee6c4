package dev.qualm.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code qualm inspect} found out about a model; its JSON form has these names.
 *
 * @param file as given
 * @param bytes size of the file, external data not counted
 * @param sha256 of the file
 * @param opset version of the standard operator set
 * @param domains versions of other operator sets
 * @param nodes number of nodes
 * @param classifier what a detector can hold on to, or null if the model cannot run or has no float output
 * @param layers nodes with learnable weights, in order
 * @param activations outputs of activation functions, in order
 * @param operators by falling count
 * @param unsupported operators that Qualm does not have
 * @param problem what else keeps the model from running, or null
 */
record Inspection(
        String file,
        long bytes,
        String sha256,
        int opset,
        Map<String, Long> domains,
        int nodes,
        List<Port> inputs,
        List<Port> outputs,
        @Nullable Classifier classifier,
        long parameters,
        List<LayerRow> layers,
        List<String> activations,
        List<OperatorUse> operators,
        List<OperatorUse> unsupported,
        @Nullable String problem) {
    /**
     * An input or output.
     *
     * @param shape lengths and symbols of the axes, {@code N} for a batch axis of unknown length and {@code ?} for
     *     others; null if the model declares none
     */
    record Port(String name, String type, @Nullable List<Object> shape) {}

    /**
     * @param output the output that is explained
     * @param holds {@code logits}, {@code probabilities} or {@code log-probabilities}
     * @param producer operator that makes the output, or null if it is an input
     * @param logits the tensor that holds the logits
     * @param trueLogits false if it holds probabilities, whose logarithms stand in for logits
     * @param shape of that tensor in a trial run, without the batch axis, or null if no sample could be run
     * @param classes number of classes, or null if that tensor is not one row of numbers per sample
     * @param classNames from the description beside the model; may be empty
     * @param gradients how input gradients come about
     * @param batches {@code any size}, {@code one sample at a time}, {@code n samples at a time}, or null if unknown
     * @param note why no sample could be run, or null
     */
    record Classifier(
            String output,
            String holds,
            @Nullable String producer,
            String logits,
            boolean trueLogits,
            @Nullable List<Integer> shape,
            @Nullable Integer classes,
            List<String> classNames,
            @Nullable HeadRow head,
            GradientPath gradients,
            @Nullable String batches,
            @Nullable String note) {}

    /** The last linear layer: {@code featureCount} numbers in tensor {@code features} to {@code classes} logits. */
    record HeadRow(
            String node, String op, String features, int featureCount, int classes, boolean bias, boolean averaged) {}

    /** @param outputShape without the batch axis, or null if no sample could be run */
    record LayerRow(
            String name,
            String op,
            String input,
            String output,
            @Nullable List<Integer> outputShape,
            List<Weight> weights,
            long parameters) {}

    record Weight(String name, List<Integer> shape) {}

    /** An operator with all nodes that call it. */
    record OperatorUse(String op, int count, List<String> nodes) {}

    boolean runs() {
        return unsupported.isEmpty() && problem == null;
    }
}

package dev.qualm.gradient;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Geometric gradient analysis (Schwinn et al., UAI 2021): for each input a map of the cosines between the gradients of the
 * cross-entropy toward each class, taken by the input. On an ordinary input the row of the predicted class opposes all others,
 * which agree among themselves; outliers and attacks disturb that picture.
 *
 * <p>Costs one forward pass and {@code k - 1} reverse sweeps for all {@code k} classes, {@code k} for a selection. Binary
 * classifiers are refused: their map is [[1, -1], [-1, 1]] for every input. Rows whose gradient is zero are NaN and flagged;
 * the rest of the map and of the batch stands.
 *
 * @param sign whether only the signs of the gradient entries count
 * @param rescale whether gradients refer to the logits scaled to a largest magnitude of 10 per input, differentiated through
 *     that scale
 * @param channels what becomes of the input's channels
 * @param classes which classes have a row
 */
/*
 * Coefficients: ClassCotangents. Cut along classes and columns: MapGram. The authors' code loses the predicted class's row to
 * cancellation in float32 once the network is confident; the rows here are right at every confidence.
 */
public record CosineSimilarityMaps(boolean sign, boolean rescale, ChannelReduction channels, ClassSelection classes) {

    /**
     * The maps of a batch of {@code n} inputs.
     *
     * @param maps cosines, {@code [n][k][k]}: symmetric, diagonal 1, NaN in rows and columns of zero gradients
     * @param classes the class of each row, {@code [n][k]}
     * @param logits all logits, {@code [n][total]}
     * @param predictions class with the largest logit, {@code [n]}
     * @param status one per input
     */
    public record Maps(
            double[][][] maps,
            int[][] classes,
            double[][] logits,
            int[] predictions,
            List<Status> status,
            Provenance provenance) {
        public Maps {
            status = List.copyOf(status);
        }

        /** Row of the predicted class in map {@code i}. */
        public int predictedIndex(int i) {
            for (int j = 0; j < classes[i].length; j++) {
                if (classes[i][j] == predictions[i]) {
                    return j;
                }
            }
            throw new IllegalStateException("Map " + i + " has no row for class " + predictions[i]);
        }

        /** Logits of the classes of map {@code i}, in the order of its rows. */
        public double[] rowLogits(int i) {
            double[] z = new double[classes[i].length];
            for (int j = 0; j < z.length; j++) {
                z[j] = logits[i][classes[i][j]];
            }
            return z;
        }
    }

    /**
     * Sign on, rescaling on, all channels, all classes.
     */
    /*
     * Sign and rescaling are the defaults of the authors' function. Rescaling keeps one orientation for the plain features over
     * all kinds of outliers we measured (digits, five kinds; without it the rest block's mean points either way), and bounds the
     * gap between classes by 20 so that more than the runner-up shapes the predicted row. All channels instead of the authors'
     * maximum, because the maximum biases maps of colour images, see ChannelReduction.
     */
    public static CosineSimilarityMaps defaults() {
        return new CosineSimilarityMaps(true, true, ChannelReduction.NONE, ClassSelection.all());
    }

    public CosineSimilarityMaps withSign(boolean newSign) {
        return new CosineSimilarityMaps(newSign, rescale, channels, classes);
    }

    public CosineSimilarityMaps withRescale(boolean newRescale) {
        return new CosineSimilarityMaps(sign, newRescale, channels, classes);
    }

    public CosineSimilarityMaps withChannels(ChannelReduction newChannels) {
        return new CosineSimilarityMaps(sign, rescale, newChannels, classes);
    }

    public CosineSimilarityMaps withClasses(ClassSelection newClasses) {
        return new CosineSimilarityMaps(sign, rescale, channels, newClasses);
    }

    /** What a tape must keep for {@link #of(Tape)}: gradients to the input. */
    public Recording recording(Network network) {
        return Recording.ofInput(network);
    }

    /**
     * Maps of a recorded micro-batch, all of whose rows go through each sweep together.
     *
     * @param tape recorded with at least {@link #recording}
     * @throws dev.qualm.UnsupportedModelException if the network has fewer than 3 classes, or logits that do not depend on its
     *     input
     */
    public Maps of(Tape tape) {
        Logits logits = Logits.of(tape);
        ClassGradients gradients = new ClassGradients(tape, logits, this);
        double[][][] maps = new double[logits.count()][][];
        List<Status> status = new ArrayList<>();
        double[][][] gram = MapGram.of(gradients);
        for (int i = 0; i < maps.length; i++) {
            maps[i] = new double[gradients.rows()][gradients.rows()];
            status.add(gradients.cosines(i, gram[i], maps[i]));
        }
        return new Maps(
                maps,
                gradients.classes(),
                logits.values(),
                logits.predictions(),
                status,
                provenance(tape.network(), gradients.sweeps()));
    }

    /**
     * Maps of a batch, cut into micro-batches by the size of caches and memory.
     *
     * @param batch inputs, {@code [n, ...]}
     */
    public Maps of(Network network, Array batch) {
        return of(network, Map.of(network.input().name(), batch));
    }

    /** As {@link #of(Network, Array)} for networks with several inputs; gradients are taken by the first float input. */
    public Maps of(Network network, Map<String, Array> batch) {
        List<Maps> parts = new ArrayList<>();
        if (Batches.rows(batch) != 0) {
            Recording recording = recording(network);
            for (Map<String, Array> part : Batches.cut(network, batch, MapGram.rowsInMemory(network, batch, this))) {
                try (Tape tape = Tape.record(network, part, recording)) {
                    parts.add(of(tape));
                }
            }
        }
        return joined(parts, network);
    }

    private Maps joined(List<Maps> parts, Network network) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        int n = parts.stream().mapToInt(p -> p.maps.length).sum();
        double[][][] maps = new double[n][][];
        int[][] rows = new int[n][];
        double[][] logits = new double[n][];
        int[] predictions = new int[n];
        List<Status> status = new ArrayList<>(n);
        int at = 0;
        for (Maps p : parts) {
            int m = p.maps.length;
            System.arraycopy(p.maps, 0, maps, at, m);
            System.arraycopy(p.classes, 0, rows, at, m);
            System.arraycopy(p.logits, 0, logits, at, m);
            System.arraycopy(p.predictions, 0, predictions, at, m);
            status.addAll(p.status);
            at += m;
        }
        Provenance provenance = parts.isEmpty() ? provenance(network, 0) : parts.get(0).provenance;
        return new Maps(maps, rows, logits, predictions, status, provenance);
    }

    private Provenance provenance(Network network, int sweeps) {
        return Provenance.of("cosine similarity maps")
                .with("sign", sign)
                .with("rescale", rescale)
                .with("channels", channels)
                .with("classes", classes)
                .with("precision", network.precision())
                .with("sweeps", sweeps);
    }
}

package dev.qualm.gradient;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Sweep;
import dev.qualm.network.Tape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * Geometric gradient analysis (Schwinn et al., UAI 2021): for each input a map of the cosines between the gradients of the
 * cross-entropy toward each class, taken by the input. On an ordinary input the row of the predicted class opposes all others,
 * which agree among themselves; outliers and attacks disturb that picture.
 *
 * <p>Costs one forward pass and {@code k - 1} reverse sweeps for all {@code k} classes, {@code k} for a selection. Binary
 * classifiers are refused: their map is [[1, -1], [-1, 1]] for every input. Rows whose gradient is zero are NaN and flagged;
 * the rest of the map and of the batch stands. Of a network that holds probabilities alone the logarithms count as logits;
 * rescaled maps depend on the shift that they have lost, so they differ from those of the logits.
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
     * Sign and rescaling are the defaults of the authors' function. Neither is best everywhere: rescaling bounds the gap between
     * classes by 20, so that more than the runner-up shapes the predicted row, but makes the logit of largest magnitude a
     * constant, which can hide the paper's picture (docs/gga.md has the measurements). All channels instead of the authors'
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
        return of(InputGradients.of(tape));
    }

    /** As {@link #of(Tape)}, from a recording that serves nothing else and is faster. */
    public Maps of(Sweep sweep) {
        return of(InputGradients.of(sweep));
    }

    private Maps of(InputGradients sweeper) {
        Logits logits = Logits.of(sweeper);
        ClassGradients gradients = new ClassGradients(sweeper, logits, this);
        double[][][] maps = new double[logits.count()][][];
        List<Status> status = new ArrayList<>();
        double[][][] gram = maps.length == 0 ? new double[0][][] : MapGram.of(gradients);
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
                provenance(sweeper.network(), gradients.sweeps()));
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
        List<double[][]> maps = new ArrayList<>();
        List<int[]> rows = new ArrayList<>();
        List<double[]> logits = new ArrayList<>();
        List<Integer> predictions = new ArrayList<>();
        List<Status> status = new ArrayList<>();
        Provenance provenance = provenance(network, 0);
        int most = Batches.rows(batch) == 0 ? 0 : MapGram.rowsInMemory(network, batch, this);
        for (Map<String, Array> part : Batches.cut(network, batch, most)) {
            try (Sweep sweep = Sweep.of(network, part)) {
                Maps m = of(sweep);
                maps.addAll(List.of(m.maps));
                rows.addAll(List.of(m.classes));
                logits.addAll(List.of(m.logits));
                Arrays.stream(m.predictions).forEach(predictions::add);
                status.addAll(m.status);
                provenance = m.provenance;
            }
        }
        return new Maps(
                maps.toArray(double[][][]::new),
                rows.toArray(int[][]::new),
                logits.toArray(double[][]::new),
                predictions.stream().mapToInt(Integer::intValue).toArray(),
                status,
                provenance);
    }

    /**
     * Estimates of maps by random directions, for networks with very many classes.
     *
     * @param maps estimated cosines, {@code [n][k][k]}: unbiased, so they may leave [-1, 1] a little; diagonal 1
     * @param standardErrors of each, {@code [n][k][k]}: about {@code (1 - cosine^2) / sqrt(projections)}
     * @param classes the class of each row, {@code [n][k]}
     * @param logits all logits, {@code [n][total]}
     * @param predictions class with the largest logit, {@code [n]}
     * @param status one per input
     */
    public record Estimate(
            double[][][] maps,
            double[][][] standardErrors,
            int[][] classes,
            double[][] logits,
            int[] predictions,
            List<Status> status,
            Provenance provenance) {
        public Estimate {
            status = List.copyOf(status);
        }
    }

    /**
     * Estimates the maps of a micro-batch from one forward pass and {@code projections} passes in forward mode, which cost about as
     * much each, however many classes there are.
     *
     * @param projections number of random directions, at least 8; the standard error falls with its square root
     * @param seed of the directions, which all inputs share
     * @throws IllegalArgumentException if these maps take signs or maxima, which no projection sees
     */
    public Estimate estimate(Sweep sweep, int projections, long seed) {
        if (sign || channels == ChannelReduction.MAX) {
            throw new IllegalArgumentException(
                    "Only maps without sign and with all channels can be estimated by projections,"
                            + " signs and maxima are not linear; found " + this
                            + ", use withSign(false) and ChannelReduction.NONE");
        }
        if (projections < 8) {
            throw new IllegalArgumentException("Expected at least 8 projections, but found " + projections);
        }
        InputGradients recorded = InputGradients.of(sweep);
        Logits logits = Logits.of(recorded);
        ClassGradients gradients = new ClassGradients(recorded, logits, this);
        int k = gradients.rows();
        double[][][] products = MapEstimate.products(sweep, logits, gradients, projections, seed);
        double[][][] maps = new double[logits.count()][k][k];
        double[][][] errors = new double[logits.count()][k][k];
        List<Status> status = new ArrayList<>();
        DoubleUnaryOperator unbiased = MapEstimate.correction(projections);
        for (int i = 0; i < maps.length; i++) {
            status.add(gradients.cosines(i, products[i], maps[i]));
            for (int a = 0; a < k; a++) {
                for (int b = 0; b < k; b++) {
                    double r = maps[i][a][b];
                    maps[i][a][b] = a == b ? r : unbiased.applyAsDouble(r);
                    errors[i][a][b] = a == b ? 0 * r : (1 - r * r) / Math.sqrt(projections);
                }
            }
        }
        Provenance provenance = provenance(sweep.network(), projections)
                .with("projections", projections)
                .with("seed", seed);
        return new Estimate(
                maps, errors, gradients.classes(), logits.values(), logits.predictions(), status, provenance);
    }

    /** As {@link #estimate(Sweep, int, long)} for a batch, cut into micro-batches. */
    public Estimate estimate(Network network, Map<String, Array> batch, int projections, long seed) {
        List<double[][]> maps = new ArrayList<>();
        List<double[][]> errors = new ArrayList<>();
        List<int[]> rows = new ArrayList<>();
        List<double[]> logits = new ArrayList<>();
        List<Integer> predictions = new ArrayList<>();
        List<Status> status = new ArrayList<>();
        Provenance provenance = provenance(network, 0);
        for (Map<String, Array> part : Batches.cut(network, batch, Integer.MAX_VALUE)) {
            try (Sweep sweep = Sweep.of(network, part)) {
                Estimate e = estimate(sweep, projections, seed);
                maps.addAll(List.of(e.maps));
                errors.addAll(List.of(e.standardErrors));
                rows.addAll(List.of(e.classes));
                logits.addAll(List.of(e.logits));
                Arrays.stream(e.predictions).forEach(predictions::add);
                status.addAll(e.status);
                provenance = e.provenance;
            }
        }
        return new Estimate(
                maps.toArray(double[][][]::new),
                errors.toArray(double[][][]::new),
                rows.toArray(int[][]::new),
                logits.toArray(double[][]::new),
                predictions.stream().mapToInt(Integer::intValue).toArray(),
                status,
                provenance);
    }

    private Provenance provenance(Network network, int sweeps) {
        Provenance p = Provenance.of("cosine similarity maps")
                .with("sign", sign)
                .with("rescale", rescale)
                .with("channels", channels)
                .with("classes", classes)
                .with("precision", network.precision())
                .with("sweeps", sweeps);
        return Logits.noted(p, network);
    }
}

package dev.qualm.benchmarks.hardening;

import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.Preprocessing;
import dev.qualm.network.graph.Graph;
import dev.qualm.training.TrainingOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;

/**
 * One model with its data and settings.
 *
 * @param model from a seed
 * @param methods of adversarial training
 * @param standard how the normal network is trained
 * @param hardened how each other network goes on from the normal one
 * @param epsilon of training, in Linf
 * @param steps of multi-step attacks in training
 * @param gamma weight of the layer penalty
 * @param tested values of epsilon, clean left out
 * @param judgeSteps steps of PGD and APGD in testing
 * @param fromNormal whether the other networks go on from the normal one, or start as it did
 */
record Problem(
        String name,
        LongFunction<Graph> model,
        List<String> activations,
        List<String> methods,
        Array inputs,
        int[] labels,
        Array testInputs,
        int[] testLabels,
        Box box,
        TrainingOptions standard,
        TrainingOptions hardened,
        double epsilon,
        int steps,
        double gamma,
        double[] tested,
        int judgeSteps,
        boolean fromNormal) {
    /** Two half circles that reach into each other, 1,000 points to learn and 1,000 to test, noise of standard deviation 0.1. */
    static Problem moons() {
        int[] labels = new int[1000];
        int[] testLabels = new int[1000];
        TrainingOptions options = TrainingOptions.DEFAULT.withEpochs(60).withBatchSize(50);
        return new Problem(
                "model A, two moons",
                PaperModels::a,
                List.of("elu0", "elu1", "elu2"),
                List.of("fgsm", "fast", "pgd", "apgd", "trades"),
                moons(labels, 1),
                labels,
                moons(testLabels, 2),
                testLabels,
                Box.of(-4, 4),
                options,
                options,
                0.2,
                10,
                0.5,
                new double[] {0.1, 0.2, 0.3, 0.4, 0.5},
                50,
                false);
    }

    private static Array moons(int[] labels, long seed) {
        Random random = new Random(seed);
        float[] x = new float[2 * labels.length];
        for (int i = 0; i < labels.length; i++) {
            double angle = Math.PI * random.nextDouble();
            labels[i] = i % 2;
            double across = labels[i] == 0 ? Math.cos(angle) : 1 - Math.cos(angle);
            double up = labels[i] == 0 ? Math.sin(angle) : 0.5 - Math.sin(angle);
            x[2 * i] = (float) (across + 0.1 * random.nextGaussian());
            x[2 * i + 1] = (float) (up + 0.1 * random.nextGaussian());
        }
        return Array.of(x, labels.length, 2);
    }

    /**
     * Images of 28 x 28 in four idx files.
     *
     * @param train images that are learnt from
     * @param test images that are attacked
     */
    static Problem images(Path folder, int train, int test, int standardEpochs, int epochs) {
        Dataset learnt = open(folder, "train").take(train);
        Dataset unseen = open(folder, "t10k").take(test);
        return new Problem(
                "model B, " + folder.getFileName(),
                PaperModels::b,
                List.of("relu0", "relu1", "relu2", "relu3"),
                List.of("fgsm", "pgd", "apgd", "trades"),
                learnt.all(),
                learnt.labels(),
                unseen.all(),
                unseen.labels(),
                Box.of(0, 1),
                TrainingOptions.DEFAULT.withEpochs(standardEpochs),
                TrainingOptions.DEFAULT.withEpochs(epochs),
                0.1,
                5,
                0.5,
                new double[] {0.02, 0.05, 0.1, 0.15, 0.2},
                20,
                true);
    }

    private static Dataset open(Path folder, String part) {
        for (String ending : List.of("", ".gz")) {
            Path images = folder.resolve(part + "-images-idx3-ubyte" + ending);
            if (Files.isReadable(images)) {
                return Datasets.open(images).with(Preprocessing.guess(-1, 1, 28, 28));
            }
        }
        throw new IllegalArgumentException(
                "Expected " + part + "-images-idx3-ubyte(.gz) in " + folder + ", but found none");
    }
}

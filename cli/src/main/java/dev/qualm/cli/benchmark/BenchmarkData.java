package dev.qualm.cli.benchmark;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attack.Attack;
import dev.qualm.attack.Attacks;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.data.CsvOptions;
import dev.qualm.data.Dataset;
import dev.qualm.data.DatasetOptions;
import dev.qualm.data.Datasets;
import dev.qualm.data.Layout;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.Perturbations;
import dev.qualm.data.Preprocessing;
import dev.qualm.evaluate.EvaluationSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Fashion-MNIST and UCI digits as shipped, cut so that nothing is used twice: models and detectors learn from training images of eight
 * classes; two detectors that need items the model has not seen learn from the first test images; the others are the ordinary ones.
 *
 * @param training labelled images of the classes the models know, ready for them
 * @param held labelled test images for detectors that must not learn from training data
 * @param ordinary labelled test images to be trusted
 * @param unusual images to be doubted, but for attacks
 * @param steps how images are prepared
 */
record BenchmarkData(
        Dataset training, Dataset held, Dataset ordinary, List<EvaluationSet> unusual, Preprocessing steps) {
    /** Radius of the attacks in Linf, in units of a pixel's range. */
    static final double EPSILON = 0.05;

    private static final int HELD = 400;
    private static final int EACH = 500;
    private static final double ANGLE = 90;

    /**
     * Reads them.
     *
     * @param folder the project's {@code data} folder
     * @param limit items of each set at most
     */
    static BenchmarkData open(Path folder, int limit, long seed) {
        Path fashion = folder.resolve("fashion-mnist");
        ModelDescription shipped = ModelDescription.beside(require(folder.resolve("models/fashion-mnist-8.onnx")));
        Preprocessing steps = Objects.requireNonNull(shipped.preprocessing(), "the shipped model says how");
        DatasetOptions named =
                DatasetOptions.DEFAULT.withClasses(Datasets.readClasses(require(fashion.resolve("classes.txt"))));
        Dataset train = Datasets.open(require(fashion.resolve("train-images-6000-idx3-ubyte.gz")), named);
        Dataset test = Datasets.open(require(fashion.resolve("test-images-2000-idx3-ubyte.gz")), named);
        int[] known =
                shipped.classes().stream().mapToInt(test.classes()::indexOf).toArray();
        Dataset labelled = test.renumberClasses(known);
        Dataset ordinary = labelled.slice(HELD, labelled.size()).take(limit);
        return new BenchmarkData(
                train.renumberClasses(known).with(steps),
                labelled.take(HELD).with(steps),
                ordinary.with(steps),
                unusual(folder, test.withoutClasses(known).take(limit), ordinary, steps, Math.min(EACH, limit), seed),
                steps);
    }

    private static List<EvaluationSet> unusual(
            Path folder, Dataset other, Dataset ordinary, Preprocessing steps, int each, long seed) {
        Dataset digits = Datasets.open(
                        require(folder.resolve("digits/digits.csv.gz")),
                        DatasetOptions.DEFAULT.withCsv(CsvOptions.DEFAULT.withLabel("-1")))
                .take(each)
                .reshape(8, 8)
                .with(steps.withScale(1.0 / 16).withResize(28, 28));
        Array noise = Perturbations.uniformNoise(0, 1, seed, each, 1, 28, 28);
        return List.of(
                EvaluationSet.near("other classes", other.with(steps)),
                EvaluationSet.far("digits", digits),
                EvaluationSet.far("noise", Dataset.of(noise, Layout.NCHW, null).with(steps.withScale(1))),
                EvaluationSet.shiftedId(
                        "rotated", Perturbations.rotate(ordinary, ANGLE, 0).with(steps)));
    }

    private static Path require(Path file) {
        if (!Files.isReadable(file)) {
            throw new QualmException("The benchmark needs " + file
                    + ", which is missing; run it from a complete checkout, or point --home to one");
        }
        return file;
    }

    /** All sets, attacks with the images' own range as their box. */
    List<EvaluationSet> sets(long seed) {
        List<EvaluationSet> all = new ArrayList<>(unusual);
        Box box = Box.ofPixels(mean(), std());
        all.add(EvaluationSet.adversarial("FGSM", Attacks.of("fgsm", Ball.LINF, EPSILON, box, seed)));
        all.add(EvaluationSet.adversarial("PGD", Attacks.of("pgd", Ball.LINF, EPSILON, box, seed)));
        Attack nearest = Attacks.of("deepfool", Ball.L2, null, box, seed);
        all.add(EvaluationSet.adversarial("DeepFool", nearest));
        return all;
    }

    /** The smallest and largest number that a pixel becomes. */
    double[] range() {
        return new double[] {(0 - mean()[0]) / std()[0], (1 - mean()[0]) / std()[0]};
    }

    double[] std() {
        return steps.std().isEmpty()
                ? new double[] {1}
                : new double[] {steps.std().get(0)};
    }

    private double[] mean() {
        return steps.mean().isEmpty()
                ? new double[] {0}
                : new double[] {steps.mean().get(0)};
    }
}

package dev.qualm.cli.demo;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attack.Fgsm;
import dev.qualm.data.CsvOptions;
import dev.qualm.data.Dataset;
import dev.qualm.data.DatasetOptions;
import dev.qualm.data.Datasets;
import dev.qualm.data.Layout;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.Perturbations;
import dev.qualm.data.Preprocessing;
import dev.qualm.network.Network;
import dev.qualm.report.OutSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** The images of the demonstration: Fashion-MNIST and UCI digits, as shipped, and what is made of them. */
final class DemoData {
    /** Test images of the classes the model knows. */
    static final int ORDINARY = 1000;

    /** Rotation of the shifted set, degrees. */
    static final double ANGLE = 90;

    /** Step of the attack, in units of a pixel's range 0 to 1. */
    static final double EPSILON = 0.1;

    private static final int DIGITS = 1000;
    private static final int NOISE = 1000;

    private final ModelDescription description;
    private final Dataset known;
    private final Dataset held;
    private final Dataset digits;
    private final List<String> knownNames;

    /** @param folder the project's {@code data} folder */
    DemoData(Path folder, ModelDescription description) {
        this.description = description;
        Path fashion = folder.resolve("fashion-mnist");
        List<String> allNames = Datasets.readClasses(require(fashion.resolve("classes.txt")));
        Dataset test = Datasets.open(
                require(fashion.resolve("test-images-2000-idx3-ubyte.gz")),
                DatasetOptions.DEFAULT.withClasses(allNames));
        knownNames = description.classes();
        int[] knownClasses = knownNames.stream().mapToInt(allNames::indexOf).toArray();
        known = test.renumberClasses(knownClasses).take(ORDINARY);
        held = test.withoutClasses(knownClasses);
        digits = Datasets.open(
                        require(folder.resolve("digits").resolve("digits.csv.gz")),
                        DatasetOptions.DEFAULT.withCsv(CsvOptions.DEFAULT.withLabel("-1")))
                .take(DIGITS)
                .reshape(8, 8);
    }

    private static Path require(Path file) {
        if (!Files.isReadable(file)) {
            throw new QualmException("The demonstration needs " + file
                    + ", which is missing; run it from a complete checkout," + " or point --home to one");
        }
        return file;
    }

    private Preprocessing steps() {
        return Objects.requireNonNull(description.preprocessing(), "the shipped model describes its preprocessing");
    }

    private double mean() {
        return steps().mean().isEmpty() ? 0 : steps().mean().get(0);
    }

    private double std() {
        return steps().std().isEmpty() ? 1 : steps().std().get(0);
    }

    /** An input of the model as the image it was made from, pixels 0 to 1. */
    Array picture(Array input) {
        float[] pixels = input.toFloats().clone();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) Math.min(1, Math.max(0, pixels[i] * std() + mean()));
        }
        return Array.of(pixels, input.dim(1), input.dim(2), input.dim(3));
    }

    /** The ordinary images, prepared for the model. */
    DemoSet ordinary() {
        return new DemoSet(
                "test images",
                OutSet.Kind.SHIFTED,
                "Fashion-MNIST test images of the classes the model knows",
                known.with(steps()),
                names(known, knownNames));
    }

    int[] labels() {
        return known.labels();
    }

    /** The sets to be doubted, from near to far; the attacked images need the model. */
    List<DemoSet> unusual(Network network, int[] predictions, long seed) {
        Preprocessing steps = steps();
        List<DemoSet> sets = new ArrayList<>();
        sets.add(new DemoSet(
                "new classes",
                OutSet.Kind.NEAR,
                "Fashion-MNIST test images of the two classes held back from" + " training ("
                        + String.join(", ", heldNames()) + ")",
                held.with(steps),
                names(held, held.classes())));
        sets.add(new DemoSet(
                "digits",
                OutSet.Kind.FAR,
                "UCI handwritten digits, 8x8 enlarged to 28x28",
                digits.with(steps.withScale(1.0 / 16).withResize(28, 28)),
                names(digits, digits.classes())));
        sets.add(new DemoSet(
                "rotated",
                OutSet.Kind.SHIFTED,
                String.format(java.util.Locale.ROOT, "the test images turned by %.0f degrees", ANGLE),
                Perturbations.rotate(known, ANGLE, 0).with(steps),
                names(known, knownNames)));
        Array noise = Perturbations.uniformNoise(0, 1, seed, NOISE, 1, 28, 28);
        sets.add(new DemoSet(
                "noise",
                OutSet.Kind.NOISE,
                "uniform noise in every pixel",
                Dataset.of(noise, Layout.NCHW, null).with(steps.withScale(1)),
                Collections.nCopies(NOISE, "noise")));
        sets.add(attacked(network, predictions));
        return sets;
    }

    /** FGSM on the test images the model gets right; those that changed its mind. */
    private DemoSet attacked(Network network, int[] predictions) {
        Dataset clean = known.with(steps());
        int[] labels = known.labels();
        int[] right = IntStream.range(0, labels.length)
                .filter(i -> predictions[i] == labels[i])
                .toArray();
        Array images = clean.all().select(right);
        int[] truth = Arrays.stream(right).map(i -> labels[i]).toArray();
        // The attack moves inputs of the model; a pixel's range 0 to 1 and the step are stated in the image's units.
        float low = (float) ((0 - mean()) / std());
        float high = (float) ((1 - mean()) / std());
        Array moved = Fgsm.of(EPSILON / std(), low, high).perturb(network, images, truth);
        Array logits = network.logits(moved);
        int[] fooled = IntStream.range(0, truth.length)
                .filter(i -> argmax(logits, i) != truth[i])
                .toArray();
        return new DemoSet(
                "FGSM",
                OutSet.Kind.ATTACK,
                String.format(
                        java.util.Locale.ROOT,
                        "test images moved by one gradient-sign step of %.2f; the %d of %d that changed a right prediction",
                        EPSILON,
                        fooled.length,
                        right.length),
                Dataset.of(moved.select(fooled), Layout.NCHW, null),
                Arrays.stream(fooled).mapToObj(i -> knownNames.get(truth[i])).toList());
    }

    private List<String> heldNames() {
        return Arrays.stream(held.labels())
                .distinct()
                .sorted()
                .mapToObj(held.classes()::get)
                .toList();
    }

    private static List<String> names(Dataset data, List<String> classes) {
        return Arrays.stream(data.labels())
                .mapToObj(l -> l < classes.size() ? classes.get(l) : Integer.toString(l))
                .toList();
    }

    private static int argmax(Array logits, int row) {
        int k = logits.dim(1);
        int best = 0;
        for (int j = 1; j < k; j++) {
            if (logits.get(row * k + j) > logits.get(row * k + best)) {
                best = j;
            }
        }
        return best;
    }
}

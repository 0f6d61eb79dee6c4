package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.data.CsvOptions;
import dev.qualm.data.Dataset;
import dev.qualm.data.DatasetOptions;
import dev.qualm.data.Datasets;
import dev.qualm.data.Layout;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.Perturbations;
import dev.qualm.data.Preprocessing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The shipped classifier of 8 Fashion-MNIST classes and the images of the demonstration that need no attack, ready for it.
 *
 * @param model the ONNX file
 * @param ordinary the first 1,000 test images of the known classes
 * @param unusual images to be doubted, by name
 */
record ShippedImages(Path model, Array ordinary, Map<String, Array> unusual) {
    private static final int EACH = 1000;

    /** Looks for the project's {@code data} folder here and above. */
    static ShippedImages load() {
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.isReadable(root.resolve("data/models/fashion-mnist-8.onnx"))) {
            root = root.getParent();
        }
        Path data = Objects.requireNonNull(root, "Run this inside a checkout of Qualm")
                .resolve("data");
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        ModelDescription description = ModelDescription.beside(model);
        Preprocessing steps = Objects.requireNonNull(description.preprocessing());
        List<String> names = Datasets.readClasses(data.resolve("fashion-mnist/classes.txt"));
        Dataset test = Datasets.open(
                data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"),
                DatasetOptions.DEFAULT.withClasses(names));
        int[] known = description.classes().stream().mapToInt(names::indexOf).toArray();
        Dataset ordinary = test.renumberClasses(known).take(EACH);
        Dataset digits = Datasets.open(
                        data.resolve("digits/digits.csv.gz"),
                        DatasetOptions.DEFAULT.withCsv(CsvOptions.DEFAULT.withLabel("-1")))
                .take(EACH)
                .reshape(8, 8);
        Map<String, Array> unusual = new LinkedHashMap<>();
        unusual.put("new classes", test.withoutClasses(known).with(steps).all());
        unusual.put(
                "digits",
                digits.with(steps.withScale(1.0 / 16).withResize(28, 28)).all());
        unusual.put("rotated", Perturbations.rotate(ordinary, 90, 0).with(steps).all());
        Array noise = Perturbations.uniformNoise(0, 1, 1, EACH, 1, 28, 28);
        unusual.put(
                "noise",
                Dataset.of(noise, Layout.NCHW, null).with(steps.withScale(1)).all());
        return new ShippedImages(model, ordinary.with(steps).all(), unusual);
    }
}

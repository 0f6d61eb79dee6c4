package dev.qualm.benchmarks.stability;

import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.Preprocessing;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Fashion-MNIST, cut so that nothing is used twice: the classifier learns from the first training images; of the last 10,000 some
 * accept mutants, some fit the detector and some choose its threshold; the test images are evaluated on.
 */
record FashionSplits(Dataset classifier, Dataset acceptance, Dataset fit, Dataset threshold, Dataset test) {
    private static final int HELD_OUT = 50_000;

    /**
     * @param folder with the four idx files, plain or compressed
     * @param train images that the classifier learns from
     */
    static FashionSplits load(Path folder, int train, int acceptance, int fit, int threshold, int test) {
        Dataset all = open(folder, "train");
        int a = HELD_OUT + acceptance;
        return new FashionSplits(
                all.take(train),
                all.slice(HELD_OUT, a),
                all.slice(a, a + fit),
                all.slice(a + fit, a + fit + threshold),
                open(folder, "t10k").take(test));
    }

    private static Dataset open(Path folder, String part) {
        for (String ending : new String[] {"", ".gz"}) {
            Path images = folder.resolve(part + "-images-idx3-ubyte" + ending);
            if (Files.isReadable(images)) {
                return Datasets.open(images).with(Preprocessing.guess(-1, 1, 28, 28));
            }
        }
        throw new IllegalArgumentException("Expected " + part + "-images-idx3-ubyte(.gz) in " + folder
                + ", from https://github.com/zalandoresearch/fashion-mnist, but found none");
    }
}

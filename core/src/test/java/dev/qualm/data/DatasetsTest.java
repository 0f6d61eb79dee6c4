package dev.qualm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.array.Idx;
import dev.qualm.array.Npy;
import dev.qualm.array.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetsTest {
    private static final Path DATA = Path.of("..", "data");

    @TempDir
    Path folder;

    private Path image(String name, int level, int h, int w) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.toAbsolutePath().getParent());
        byte[] pixels = new byte[h * w];
        Arrays.fill(pixels, (byte) level);
        Images.writePng(Array.ofUnsigned(pixels, h, w), file);
        return file;
    }

    @Test
    void open_shippedFashionMnist_complete() {
        Dataset train = Datasets.open(DATA.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz"));
        Dataset test = Datasets.open(DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"));
        assertThat(train.size()).isEqualTo(6000);
        assertThat(test.size()).isEqualTo(2000);
        assertThat(test.classes()).hasSize(10).startsWith("T-shirt/top").endsWith("Ankle boot");
        assertThat(Arrays.copyOf(train.labels(), 10)).containsExactly(9, 0, 0, 3, 0, 2, 7, 2, 5, 5);
        assertThat(Arrays.copyOf(test.labels(), 10)).containsExactly(9, 2, 1, 1, 6, 1, 4, 6, 5, 7);
        int[] counts = new int[10];
        Arrays.stream(test.labels()).forEach(k -> counts[k]++);
        assertThat(counts).containsExactly(200, 203, 214, 190, 219, 195, 197, 200, 194, 188);
        Dataset ready = test.with(Preprocessing.guess(-1, 1, 28, 28));
        Array batch = ready.batch(0, 3);
        assertThat(batch.shape()).containsExactly(3, 1, 28, 28);
        assertThat(test.itemShape()).containsExactly(28, 28);
        for (int i = 0; i < batch.size(); i++) {
            assertThat(batch.get(i)).isEqualTo((float) (test.batch(0, 3).get(i) / 255));
        }
        // Mean of the whole training set is known as 0.2860; the first 6,000 images are close to it.
        assertThat(Standardisation.of(train.take(2000).with(Preprocessing.guess(-1, 1, 28, 28)), Layout.NCHW)
                        .mean()
                        .get(0))
                .isBetween(0.27, 0.30);
    }

    @Test
    void open_shippedDigits_asImages() {
        Dataset digits = Datasets.open(
                DATA.resolve("digits/digits.csv.gz"),
                DatasetOptions.DEFAULT.withCsv(CsvOptions.DEFAULT.withLabel("-1")));
        assertThat(digits.size()).isEqualTo(1797);
        assertThat(digits.classCount()).isEqualTo(10);
        assertThat(Arrays.copyOf(digits.labels(), 10)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Array images = digits.reshape(8, 8)
                .with(Preprocessing.NONE.withResize(28, 28).withScale(1 / 16.0))
                .batch(0, 20);
        assertThat(images.shape()).containsExactly(20, 1, 28, 28);
        for (int i = 0; i < images.size(); i++) {
            assertThat(images.get(i)).isBetween(0.0, 1.0);
        }
    }

    @Test
    void open_folderOfTwoIdxPairs_asksForTheFile() {
        assertThatThrownBy(() -> Datasets.open(DATA.resolve("fashion-mnist")))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("test-images-2000-idx3-ubyte.gz")
                .hasMessageContaining("give the file");
    }

    @Test
    void open_flatFolder_sortedAndUnlabelled() throws IOException {
        image("b.png", 20, 3, 4);
        image("a.PNG", 10, 3, 4);
        image(".hidden.png", 1, 3, 4);
        Files.writeString(folder.resolve("notes.txt"), "x");
        Dataset data = Datasets.open(folder);
        assertThat(data.ids()).containsExactly("a.PNG", "b.png");
        assertThat(data.labelled()).isFalse();
        assertThat(data.all().shape()).containsExactly(2, 3, 4, 1);
        assertThat(data.all().get(0)).isEqualTo(10);
        assertThat(data.all().get(12)).isEqualTo(20);
    }

    @Test
    void open_subFolders_areClasses() throws IOException {
        image("2/x.png", 2, 2, 2);
        image("10/deep/er/y.png", 10, 2, 2);
        image("10/a.png", 11, 2, 2);
        Files.createDirectories(folder.resolve("empty"));
        Dataset data = Datasets.open(folder);
        assertThat(data.ids()).containsExactly("10/a.png", "10/deep/er/y.png", "2/x.png");
        assertThat(data.classes()).containsExactly("10", "2");
        assertThat(data.labels()).containsExactly(0, 0, 1);
        Dataset named = Datasets.open(folder, DatasetOptions.DEFAULT.withClasses(List.of("2", "7", "10")));
        assertThat(named.labels()).containsExactly(2, 2, 0);
        assertThatThrownBy(() -> Datasets.open(folder, DatasetOptions.DEFAULT.withClasses(List.of("2"))))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("[10]");
        image("stray.png", 1, 2, 2);
        assertThatThrownBy(() -> Datasets.open(folder)).hasMessageContaining("1 beside the sub-folders [10, 2]");
    }

    @Test
    void read_damagedImage_costsOnlyItself() throws IOException {
        image("a.png", 1, 4, 4);
        Files.write(folder.resolve("b.png"), Arrays.copyOf(Files.readAllBytes(folder.resolve("a.png")), 50));
        image("c.png", 3, 4, 5);
        Files.writeString(folder.resolve("d.jpg"), "no image");
        image("e.png", 5, 4, 4);
        Dataset data = Datasets.open(folder);
        Batch batch = data.read(0, 5);
        assertThat(batch.status().stream().map(ItemStatus::ok)).containsExactly(true, false, false, false, true);
        assertThat(batch.status().get(1).reason()).contains("b.png", "truncated PNG");
        assertThat(batch.status().get(2).reason()).contains("c.png", "resize");
        assertThat(batch.status().get(3).reason()).contains("d.jpg", "expected a PNG");
        Batch sized = data.with(Preprocessing.guess(-1, 3, 2, 2)).read(0, 5);
        assertThat(sized.status().stream().map(ItemStatus::ok)).containsExactly(true, false, true, false, true);
        assertThat(sized.inputs().shape()).containsExactly(5, 3, 2, 2);
        assertThat(sized.inputs().get(0)).isEqualTo((float) (1 / 255.0));
        assertThat(sized.inputs().get(12)).isNaN();
        assertThat(data.withoutDamaged().ids()).containsExactly("a.png", "e.png");
    }

    @Test
    void open_singleImage_oneItem() throws IOException {
        Dataset data = Datasets.open(image("a.png", 7, 2, 3));
        assertThat(data.ids()).containsExactly("a.png");
        assertThat(data.all().shape()).containsExactly(1, 2, 3, 1);
        assertThatThrownBy(() -> Datasets.open(
                                folder.resolve("a.png"),
                                DatasetOptions.DEFAULT.withImages(ImageOptions.DEFAULT.withMaxPixels(5)))
                        .all())
                .hasMessageContaining("limit of 5");
    }

    private Path npz(Object... keysAndArrays) {
        Map<String, Array> arrays = new LinkedHashMap<>();
        for (int i = 0; i < keysAndArrays.length; i += 2) {
            arrays.put((String) keysAndArrays[i], (Array) keysAndArrays[i + 1]);
        }
        Path file = folder.resolve("d.npz");
        Npz.write(file, arrays);
        return file;
    }

    private static final Array X = Array.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
    private static final Array Y = Array.of(new long[] {2, 0, 1}, 3);

    @Test
    void open_npz_findsKeys() {
        for (String[] keys : new String[][] {{"x", "y"}, {"images", "labels"}, {"foo", "bar"}}) {
            Dataset data = Datasets.open(npz(keys[0], X, keys[1], Y, "extra", Array.of(new float[] {1}, 1)));
            assertThat(data.all()).isEqualTo(X);
            assertThat(data.labels()).containsExactly(2, 0, 1);
        }
        assertThat(Datasets.open(npz("arr_0", X)).labelled()).isFalse();
        Path two = npz("a", X, "b", X, "k", Y, "l", Y);
        assertThatThrownBy(() -> Datasets.open(two))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("a=FLOAT32[3, 2]");
        Dataset told = Datasets.open(
                two,
                DatasetOptions.DEFAULT.withArrays(
                        ArrayOptions.DEFAULT.withInputs("b").withLabels("l")));
        assertThat(told.labels()).containsExactly(2, 0, 1);
        assertThat(Datasets.open(two, DatasetOptions.DEFAULT.withArrays(ArrayOptions.DEFAULT.withInputs("b")))
                        .labelled())
                .isFalse();
        assertThatThrownBy(() ->
                        Datasets.open(two, DatasetOptions.DEFAULT.withArrays(ArrayOptions.DEFAULT.withInputs("q"))))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("'q'");
    }

    @Test
    void open_npz_badLabelsOrLayout_explains() {
        assertThatThrownBy(() -> Datasets.open(npz("x", X, "y", Array.of(new long[] {0, 1}, 2))))
                .hasMessageContaining("3 items");
        assertThatThrownBy(() -> Datasets.open(npz("x", X, "y", Array.of(new long[] {0, 1, -1}, 3))))
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> Datasets.open(npz("x", X, "y", Array.of(new float[] {0, 1, 0.5f}, 3))))
                .hasMessageContaining("0.5");
        assertThatThrownBy(() -> Datasets.open(npz("x", X, "y", Array.zeros(DType.INT64, 3, 2))))
                .hasMessageContaining("labels [n]");
        Path both = npz("x", Array.zeros(DType.UINT8, 2, 3, 5, 3));
        assertThatThrownBy(() -> Datasets.open(both))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("nchw or nhwc");
        Dataset told =
                Datasets.open(both, DatasetOptions.DEFAULT.withArrays(ArrayOptions.DEFAULT.withLayout(Layout.NHWC)));
        assertThat(told.with(Preprocessing.NONE).itemShape()).containsExactly(3, 3, 5);
        Dataset last = Datasets.open(npz("x", Array.zeros(DType.UINT8, 2, 6, 5, 3)));
        assertThat(last.storedLayout()).isEqualTo(Layout.NHWC);
        assertThat(last.with(Preprocessing.NONE).itemShape()).containsExactly(3, 6, 5);
    }

    @Test
    void open_npyAndIdx_withLabelFiles() throws IOException {
        Path x = folder.resolve("x.npy");
        Path y = folder.resolve("y.npy");
        Npy.write(x, X);
        Npy.write(y, Y);
        assertThat(Datasets.open(x).labelled()).isFalse();
        DatasetOptions labelled = DatasetOptions.DEFAULT.withArrays(ArrayOptions.DEFAULT.withLabelFile(y));
        assertThat(Datasets.open(x, labelled).labels()).containsExactly(2, 0, 1);
        Path images = folder.resolve("t-images-idx3-ubyte");
        Idx.write(images, Array.zeros(DType.UINT8, 3, 2, 2));
        assertThat(Datasets.open(folder).labelled()).isFalse();
        Idx.write(folder.resolve("t-labels-idx1-ubyte"), Array.ofUnsigned(new byte[] {0, 1, 1}, 3));
        assertThat(Datasets.open(folder).labels()).containsExactly(0, 1, 1);
        assertThat(Datasets.open(images, labelled).labels()).containsExactly(2, 0, 1);
        Files.writeString(folder.resolve("classes.txt"), "a\nb\n");
        assertThat(Datasets.open(folder).classes()).containsExactly("a", "b");
        assertThatThrownBy(() -> Datasets.open(images, labelled)).hasMessageContaining("0 to 1");
        Files.writeString(folder.resolve("classes.txt"), "a\n\nb\n");
        assertThatThrownBy(() -> Datasets.open(folder))
                .hasMessageContaining("classes.txt")
                .hasMessageContaining("empty line");
    }

    @Test
    void open_tabs_byEnding() throws IOException {
        Path file = folder.resolve("t.tsv");
        Files.writeString(file, "a\tb\n1\t2\n");
        assertThat(Datasets.open(file).all().floats()).containsExactly(1, 2);
        // Starts like a bitmap, but its name says table.
        Path bm = folder.resolve("bm.csv");
        Files.writeString(bm, "BM,b\n1,2\n");
        assertThat(Datasets.open(bm).all().floats()).containsExactly(1, 2);
    }

    @Test
    void open_unknown_listsTheKinds() throws IOException {
        Path file = folder.resolve("x.bin");
        Files.write(file, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> Datasets.open(file))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("npz, npy, idx, csv");
        assertThatThrownBy(() -> Datasets.open(folder.resolve("none"))).isInstanceOf(UnreadableFileException.class);
        Path empty = folder.resolve("empty.csv");
        Files.write(empty, new byte[0]);
        assertThatThrownBy(() -> Datasets.open(empty)).hasMessageContaining("no line");
        Path none = Files.createDirectory(folder.resolve("nothing"));
        assertThatThrownBy(() -> Datasets.open(none))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("found none");
        Path zip = folder.resolve("short.npz");
        Files.write(zip, new byte[] {'P', 'K', 3, 4, 0});
        assertThatThrownBy(() -> Datasets.open(zip))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("short.npz");
    }
}

package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Items to classify, with their labels if known. Items are read when a batch is asked for; selecting, splitting and
 * shuffling move row numbers only. Immutable; any number of threads may read.
 *
 * <p>An item that cannot be read, or whose shape is not that of the others, gets a status with the reason; the batch
 * goes on. Without {@link #with(Preprocessing)} items come as they are stored.
 */
public final class Dataset {
    private final ItemSource source;
    private final int[] rows;
    private final int @Nullable [] labels;
    private final List<String> classes;
    private final @Nullable Preprocessing preprocessing;
    private final ItemShape shape;

    private Dataset(
            ItemSource source,
            int[] rows,
            int @Nullable [] labels,
            List<String> classes,
            @Nullable Preprocessing preprocessing,
            ItemShape shape) {
        this.source = source;
        this.rows = rows;
        this.labels = labels;
        this.classes = classes;
        this.preprocessing = preprocessing;
        this.shape = shape;
    }

    /**
     * A data set over a source.
     *
     * @param labels one class number from 0 for each item, or null if they are unknown
     * @param classes class names by number, or empty
     * @throws QualmException if counts differ, or a label is negative or has no class name
     */
    public static Dataset of(ItemSource source, int @Nullable [] labels, List<String> classes) {
        if (labels != null) {
            if (labels.length != source.size()) {
                throw new QualmException(source.describe() + ": expected one label for each of " + source.size()
                        + " items, but found " + labels.length);
            }
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] < 0 || (!classes.isEmpty() && labels[i] >= classes.size())) {
                    throw new QualmException(source.describe() + ": expected labels from 0"
                            + (classes.isEmpty() ? "" : " to " + (classes.size() - 1) + ", one for each class name")
                            + ", but item " + source.id(i) + " has " + labels[i]);
                }
            }
        }
        int[] rows = IntStream.range(0, source.size()).toArray();
        int[] own = labels == null ? null : labels.clone();
        return new Dataset(source, rows, own, List.copyOf(classes), null, new ItemShape(source, null));
    }

    /**
     * The rows of an array.
     *
     * @param inputs {@code [n, ...]}; shared, not copied
     * @param stored order of the axes if items are images with channels
     */
    public static Dataset of(Array inputs, Layout stored, int @Nullable [] labels) {
        return of(new ArraySource(inputs, stored, "array " + inputs), labels, List.of());
    }

    /** Number of items. */
    public int size() {
        return rows.length;
    }

    /** Name of an item: a file name or its row number in the source. */
    public String id(int item) {
        return source.id(rows[item]);
    }

    /** Names of all items. */
    public List<String> ids() {
        return Arrays.stream(rows).mapToObj(source::id).toList();
    }

    /** Whether the classes of the items are known. */
    public boolean labelled() {
        return labels != null;
    }

    /**
     * Class numbers of all items (a copy).
     *
     * @throws QualmException if they are unknown
     */
    public int[] labels() {
        if (labels == null) {
            throw new QualmException(
                    source.describe() + " has no labels; give a label file, column or key, or sub-folders by class");
        }
        return labels.clone();
    }

    /** Class names by number; empty if unknown. */
    public List<String> classes() {
        return classes;
    }

    /**
     * Names of the columns of a table with a header, one per element of an item; empty for anything else and once items are mapped to
     * something else.
     */
    public List<String> columns() {
        return source.columns();
    }

    /** Number of classes: of the names, else of the labels; 0 if both are unknown. */
    public int classCount() {
        return classes.isEmpty() && labels != null ? Arrays.stream(labels).max().orElse(-1) + 1 : classes.size();
    }

    /** How items are prepared, or null if they come as they are stored. */
    public @Nullable Preprocessing preprocessing() {
        return preprocessing;
    }

    /** Order of the axes of stored images with channels, before preprocessing. */
    public Layout storedLayout() {
        return source.layout();
    }

    /**
     * Shape of one item, without the batch axis: that of the first item of the source that can be read.
     *
     * @throws QualmException if none can
     */
    public int[] itemShape() {
        return shape.get().clone();
    }

    /** Items {@code from} (inclusive) to {@code to} (exclusive), damaged ones with a status. */
    public Batch read(int from, int to) {
        if (from < 0 || to < from || to > rows.length) {
            throw new ShapeException(
                    "Items " + from + " to " + to + " are outside 0 to " + rows.length + " of " + this);
        }
        return read(IntStream.range(from, to).toArray());
    }

    /** The given items in the given order, damaged ones with a status. */
    public Batch read(int... items) {
        ItemShape.Known expected = shape.known();
        int[] dims = IntStream.concat(IntStream.of(items.length), Arrays.stream(expected.dims()))
                .toArray();
        Array inputs = Array.zeros(expected.dtype(), dims);
        int size = Array.size(expected.dims());
        List<String> ids = new ArrayList<>(items.length);
        List<ItemStatus> status = new ArrayList<>(items.length);
        for (int i = 0; i < items.length; i++) {
            int row = rows[check(items[i])];
            ids.add(source.id(row));
            try {
                Array item = expected.require(ItemShape.item(source, row, preprocessing), source.id(row));
                System.arraycopy(item.data(), 0, inputs.data(), i * size, size);
                status.add(ItemStatus.OK);
            } catch (QualmException e) {
                status.add(new ItemStatus(e.getMessage()));
                fillNan(inputs, i * size, size);
            }
        }
        return new Batch(inputs, ids, status);
    }

    private static void fillNan(Array inputs, int from, int size) {
        if (inputs.dtype() == DType.FLOAT32) {
            Arrays.fill(inputs.floats(), from, from + size, Float.NaN);
        } else if (inputs.dtype() == DType.FLOAT64) {
            Arrays.fill(inputs.doubles(), from, from + size, Double.NaN);
        }
    }

    /**
     * Items {@code from} (inclusive) to {@code to} (exclusive) as one array {@code [n, ...]}.
     *
     * @throws QualmException if one of them cannot be read; use {@link #read} to go on without it
     */
    public Array batch(int from, int to) {
        return read(from, to).requireComplete().inputs();
    }

    /** All items as one array {@code [n, ...]}, as {@link #batch}. */
    public Array all() {
        return batch(0, size());
    }

    /** The given items in the given order. */
    public Dataset select(int... items) {
        int[] picked = new int[items.length];
        int[] pickedLabels = labels == null ? null : new int[items.length];
        for (int i = 0; i < items.length; i++) {
            picked[i] = rows[check(items[i])];
            if (labels != null && pickedLabels != null) {
                pickedLabels[i] = labels[items[i]];
            }
        }
        return new Dataset(source, picked, pickedLabels, classes, preprocessing, shape);
    }

    private int check(int item) {
        if (item < 0 || item >= rows.length) {
            throw new ShapeException("Item " + item + " is outside 0 to " + (rows.length - 1) + " of " + this);
        }
        return item;
    }

    private Dataset filter(IntPredicate kept) {
        return select(IntStream.range(0, size()).filter(kept).toArray());
    }

    /** Items {@code from} (inclusive) to {@code to} (exclusive). */
    public Dataset slice(int from, int to) {
        if (from < 0 || to < from || to > size()) {
            throw new ShapeException("Items " + from + " to " + to + " are outside 0 to " + size() + " of " + this);
        }
        return select(IntStream.range(from, to).toArray());
    }

    /** The first {@code n} items, or all if there are fewer. */
    public Dataset take(int n) {
        return slice(0, Math.min(n, size()));
    }

    /** The items of these classes; class numbers stay as they are. */
    public Dataset filterClasses(int... kept) {
        int[] all = labels();
        return filter(i -> contains(kept, all[i]));
    }

    /** The items of all classes but these; class numbers stay as they are. */
    public Dataset withoutClasses(int... dropped) {
        int[] all = labels();
        return filter(i -> !contains(dropped, all[i]));
    }

    private static boolean contains(int[] values, int value) {
        return Arrays.stream(values).anyMatch(v -> v == value);
    }

    /**
     * The items of these classes, numbered anew: {@code kept[0]} becomes class 0, and so on; names follow. For networks
     * that know only some of the classes.
     */
    public Dataset renumberClasses(int... kept) {
        if (Arrays.stream(kept).distinct().count() != kept.length
                || Arrays.stream(kept).anyMatch(k -> k < 0 || k >= classCount())) {
            throw new QualmException("Expected different class numbers from 0 to " + (classCount() - 1) + ", but found "
                    + Arrays.toString(kept));
        }
        Dataset some = filterClasses(kept);
        int[] old = some.labels();
        List<Integer> order = Arrays.stream(kept).boxed().toList();
        int[] renumbered = Arrays.stream(old).map(order::indexOf).toArray();
        List<String> names =
                classes.isEmpty() ? classes : order.stream().map(classes::get).toList();
        return new Dataset(source, some.rows, renumbered, names, preprocessing, shape);
    }

    /** Number of a class given by its name, or by its number as text. */
    public int classNumber(String nameOrNumber) {
        int named = classes.indexOf(nameOrNumber);
        if (named >= 0) {
            return named;
        }
        for (int k = 0; k < classCount(); k++) {
            if (Integer.toString(k).equals(nameOrNumber)) {
                return k;
            }
        }
        throw new QualmException("Expected the name or number of one of " + classCount() + " classes "
                + (classes.size() > 40 ? classes.subList(0, 40) + "..." : classes) + ", but found '" + nameOrNumber
                + "'");
    }

    /** All items in an order drawn from {@code seed}; the same on every machine. */
    public Dataset shuffle(long seed) {
        return select(permutation(seed));
    }

    private int[] permutation(long seed) {
        int[] order = IntStream.range(0, size()).toArray();
        // Random's algorithm is part of its specification, so the order never changes with the Java version.
        Random random = new Random(seed);
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
        return order;
    }

    /**
     * Disjoint random parts.
     *
     * @param fractions sizes of the parts, each at least 0, together at most 1; what is left over is in no part
     */
    public List<Dataset> split(long seed, double... fractions) {
        double sum = 0;
        for (double f : fractions) {
            sum += f;
            if (!(f >= 0) || !(sum <= 1 + 1e-9)) {
                throw new QualmException("Expected fractions of at least 0 that sum to at most 1, but found "
                        + Arrays.toString(fractions));
            }
        }
        int[] order = permutation(seed);
        List<Dataset> parts = new ArrayList<>();
        double end = 0;
        int from = 0;
        for (double f : fractions) {
            end += f;
            int to = (int) Math.min(size(), Math.round(end * size()));
            parts.add(select(Arrays.copyOfRange(order, from, to)));
            from = to;
        }
        return parts;
    }

    /** The same items prepared another way; null gives them as they are stored. */
    public Dataset with(@Nullable Preprocessing steps) {
        return new Dataset(source, rows, labels, classes, steps, new ItemShape(source, steps));
    }

    /**
     * The same items, each passed through {@code function} as it is read, before preprocessing.
     *
     * @param note what it does, for reports, for example {@code rotated by 30 degrees}
     */
    public Dataset map(String note, ItemFunction function) {
        ItemSource mapped = new MappedSource(source, note, function);
        return new Dataset(mapped, rows, labels, classes, preprocessing, new ItemShape(mapped, preprocessing));
    }

    /** The same items with another shape of equal size, for example table rows of 64 as images {@code 8, 8}. */
    public Dataset reshape(int... itemShape) {
        int[] wanted = itemShape.clone();
        return map("as " + Arrays.toString(wanted), (item, row) -> item.reshape(wanted));
    }

    /** The same items without labels. */
    public Dataset withoutLabels() {
        return new Dataset(source, rows, null, List.of(), preprocessing, shape);
    }

    /** The items that can be read; reads all of them once. */
    public Dataset withoutDamaged() {
        int[] kept = IntStream.range(0, size())
                .filter(i -> read(new int[] {i}).complete())
                .toArray();
        return select(kept);
    }

    /** Source, number of items, classes and preprocessing. */
    @Override
    public String toString() {
        return source.describe() + ": " + size() + " items"
                + (labels == null ? "" : " of " + classCount() + " classes")
                + (preprocessing == null ? "" : ", " + preprocessing);
    }
}

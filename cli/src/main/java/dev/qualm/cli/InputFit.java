package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.data.Colour;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.data.ModelDescription;
import dev.qualm.data.Preprocessing;
import dev.qualm.network.Network;
import dev.qualm.network.graph.ValueInfo;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Data made to fit a network.
 *
 * @param data prepared items, in the shape and type of the input
 * @param pictures the same items to look at: resized, cropped and coloured as for the network, but not standardised,
 *     {@code [c, h, w]} with bytes as 0 to 1; as stored if nothing is prepared
 * @param pixels what black and white are as inputs; null for anything but pixels
 * @param steps how stored items become inputs
 * @param stored element type of the stored items
 * @param remarks what was assumed, for people; empty if the model's description says it all
 */
record InputFit(
        Dataset data,
        Dataset pictures,
        @Nullable PixelRange pixels,
        Preprocessing steps,
        DType stored,
        List<String> remarks) {
    InputFit {
        remarks = List.copyOf(remarks);
    }

    /**
     * Finds how to feed stored items to a network: as the description and the command line say, and where they say
     * nothing by a guess from the input's shape.
     *
     * @throws QualmException if the network has several inputs, or the data cannot fit
     */
    static InputFit of(Network network, ModelDescription description, PreprocessOptions options, Dataset stored) {
        if (network.inputs().size() != 1) {
            throw new QualmException("The model has " + network.inputs().size() + " inputs, " + network.inputs()
                    + ", but data files hold one input per item; export the model with one input");
        }
        if (stored.size() == 0) {
            throw new QualmException("There is nothing to read in " + stored);
        }
        ValueInfo input = network.input();
        Array sample = stored.read(0, 1).inputs();
        Preprocessing described = description.preprocessing();
        Preprocessing steps =
                options.applyTo(described != null ? described : guess(input, sample, stored.storedLayout()));
        Dataset items = sample.rank() == 2 && forImages(steps) ? stored.reshape(image(input, sample)) : stored;
        // Rows and planes go in with all their digits, since nothing is to be done to them.
        boolean asStored = steps.equals(Preprocessing.NONE) && sample.rank() <= 3;
        FittedSource source = new FittedSource(items.with(asStored ? null : steps), input);
        Dataset fitted = Dataset.of(source, stored.labelled() ? stored.labels() : null, stored.classes());
        source.item(firstReadable(source));
        Dataset pictures = asStored ? items : items.with(seen(steps, sample));
        return new InputFit(
                fitted,
                pictures,
                PixelRange.of(steps, sample, input),
                steps,
                sample.dtype(),
                remarks(described, options, steps, sample));
    }

    private static Preprocessing seen(Preprocessing steps, Array sample) {
        Preprocessing seen = steps.withScale(sample.dtype() == DType.UINT8 ? 1 / 255.0 : 1)
                .withMean()
                .withStd()
                .withLayout(Layout.NCHW);
        return seen.colour() == Colour.BGR ? seen.withColour(Colour.RGB) : seen;
    }

    private static List<String> remarks(
            @Nullable Preprocessing described, PreprocessOptions options, Preprocessing steps, Array sample) {
        if (!options.isEmpty()) {
            return List.of("preprocessing: " + steps);
        }
        if (described != null || steps.equals(Preprocessing.NONE)) {
            return List.of();
        }
        boolean scaled = sample.dtype().isFloating();
        return List.of("no preprocessing is described for this model; assuming " + steps
                + (scaled ? ", and values as they are stored" : "")
                + ". Change it with --preprocess, or describe it beside the model");
    }

    /**
     * The first item that can be prepared, to find out before the work starts whether its shape fits; 0 if there is
     * none.
     */
    private static int firstReadable(FittedSource source) {
        return IntStream.range(0, Math.min(100, source.size()))
                .filter(i -> source.data().read(i, i + 1).complete())
                .findFirst()
                .orElse(0);
    }

    private static Preprocessing guess(ValueInfo input, Array sample, Layout layout) {
        int[] shape = IntStream.range(0, Math.max(1, input.rank()))
                .map(i -> (int) input.dim(i))
                .toArray();
        boolean ready = layout == Layout.NCHW
                && sample.dtype().isFloating()
                && Arrays.equals(shape, 1, shape.length, sample.shape(), 1, sample.rank());
        if (ready) {
            return Preprocessing.NONE;
        }
        // Rows get their shape from the input alone.
        Preprocessing p = sample.rank() == 2 ? Preprocessing.NONE : Preprocessing.guess(shape);
        // Bytes are pixels. Floats were scaled by whoever stored them, and inputs of whole numbers take them as they
        // are.
        boolean pixels = sample.dtype() == DType.UINT8 && input.type().isFloating();
        return p.withScale(pixels ? 1 / 255.0 : 1);
    }

    private static boolean forImages(Preprocessing steps) {
        return steps.resize() != null || steps.crop() != null || steps.colour() != null;
    }

    /** The image that a row of numbers is, if the input's shape tells. */
    private static int[] image(ValueInfo input, Array sample) {
        int[] dims = IntStream.range(1, Math.max(1, input.rank()))
                .map(i -> (int) input.dim(i))
                .toArray();
        if (dims.length != 3
                || (dims[0] != 1 && dims[0] != 3)
                || dims[1] < 1
                || dims[2] < 1
                || Array.size(dims) != sample.size()) {
            throw new QualmException("The model takes images, " + input + ", but the items are rows of " + sample.dim(1)
                    + " numbers; say with --item-shape HxW what images they are");
        }
        return dims;
    }
}

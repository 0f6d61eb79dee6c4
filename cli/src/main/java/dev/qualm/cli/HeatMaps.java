package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.attribution.Normalisation;
import dev.qualm.attribution.Reduction;
import dev.qualm.report.explanation.RelevanceMap;
import org.jspecify.annotations.Nullable;

/**
 * What is shown of signed maps: one number per pixel, feature or token.
 *
 * @param whole whether the network's input holds whole numbers
 */
record HeatMaps(Reduction reduction, Normalisation normalisation, boolean whole) {
    MapShape shape(MapItem item) {
        InputFit fit = item.fit();
        if (fit == null) {
            throw new IllegalStateException("Item " + item.id() + " has no shape");
        }
        return MapShape.of(fit.data().itemShape(), whole);
    }

    /** {@code [1, h, w]} of a picture, {@code [1, c, h, w]} if channels stay, {@code [1, features]} otherwise; null without a map. */
    @Nullable
    Array of(MapItem item, ExplainCell cell) {
        Array map = cell.map();
        return map == null
                ? null
                : normalisation.of(reduction.of(shape(item).channelsFirst(map))).values();
    }

    /** The same to draw or to list; features are one row. */
    @Nullable
    RelevanceMap relevance(MapItem item, ExplainCell cell) {
        Array heat = of(item, cell);
        if (heat == null) {
            return null;
        }
        int w = heat.dim(-1);
        return new RelevanceMap(heat.toDoubles(), heat.size() / w, w);
    }
}

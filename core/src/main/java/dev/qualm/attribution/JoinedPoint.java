package dev.qualm.attribution;

import dev.qualm.array.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Points of several micro-batches as that of one batch, for models that take no other size. */
record JoinedPoint(List<MicroBatches.Part> parts, List<DifferentiableMaps.Point> points)
        implements DifferentiableMaps.Point {
    static JoinedPoint of(
            List<MicroBatches.Part> parts, Function<MicroBatches.Part, DifferentiableMaps.Point> pointOf) {
        JoinedPoint joined = new JoinedPoint(parts, new ArrayList<>());
        try {
            parts.forEach(p -> joined.points.add(pointOf.apply(p)));
            return joined;
        } catch (RuntimeException e) {
            joined.close();
            throw e;
        }
    }

    @Override
    public Array maps() {
        return Array.concat(points.stream().map(DifferentiableMaps.Point::maps).toList());
    }

    @Override
    public Array logits() {
        return Array.concat(
                points.stream().map(DifferentiableMaps.Point::logits).toList());
    }

    @Override
    public Array pullback(@Nullable Array u, @Nullable Array v) {
        List<Array> found = new ArrayList<>();
        for (int k = 0; k < points.size(); k++) {
            found.add(points.get(k).pullback(rows(u, parts.get(k)), rows(v, parts.get(k))));
        }
        return Array.concat(found);
    }

    private static @Nullable Array rows(@Nullable Array all, MicroBatches.Part part) {
        return all == null ? null : all.slice(part.from(), part.to());
    }

    @Override
    public void close() {
        points.forEach(DifferentiableMaps.Point::close);
    }
}

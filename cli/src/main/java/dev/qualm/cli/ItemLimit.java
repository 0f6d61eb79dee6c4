package dev.qualm.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many items are taken of all that are there.
 *
 * @param given as the command line says, or null
 * @param otherwise where it says nothing
 */
record ItemLimit(@Nullable Integer given, int otherwise) {
    /** Most single images where nothing is said: somebody took the trouble to name them. */
    private static final int NAMED = 64;

    /** Most items of one row. */
    int perRow() {
        return given == null ? otherwise : given;
    }

    /** Most single images. */
    int named() {
        return given == null ? Math.max(otherwise, NAMED) : given;
    }

    /** Items of all rows in their order, so that each row has its share of the limit. */
    List<MapItem> inTurn(List<MapRow> rows) {
        int widest = rows.stream().mapToInt(r -> r.items().size()).max().orElse(0);
        long budget = given == null ? Math.max(otherwise, widest) : given;
        int[] taken = new int[rows.size()];
        for (int round = 0; round < widest; round++) {
            for (int r = 0; r < taken.length; r++) {
                if (budget > 0 && round < rows.get(r).items().size()) {
                    taken[r]++;
                    budget--;
                }
            }
        }
        List<MapItem> items = new ArrayList<>();
        for (int r = 0; r < taken.length; r++) {
            items.addAll(rows.get(r).items().subList(0, taken[r]));
        }
        return items;
    }
}
